/** The signature of a bundle with everything that is needed to store it again. */
import { preAuthEncoding } from "../../core/envelopes/dsse.ts";
import { malformed, TouchmarkError } from "../../core/errors.ts";
import { readPublicKey } from "../../core/keys/public-key.ts";
import type { SignerDescription } from "../../core/signer.ts";
import type { VerificationMaterial } from "../../core/verification-material.ts";
import { logEntryJson } from "../../verification/log-entry-json.ts";
import { reading, type Reading } from "../checks.ts";
import type { SignatureParts } from "../writer.ts";
import type { BundleEvidence } from "./evidence.ts";
import { parseMaterial, type Material } from "./material.ts";
import type { PendingRecord } from "./pending-record.ts";
import type { BundleWithStatement } from "./read-bundle.ts";
import type { BundleToSign } from "./write-statement.ts";

/** A problem for evidence that cannot be read, and for a message signature, whose message is not in the bundle. */
export function bundleParts({ bundle, pending }: BundleEvidence): Reading<SignatureParts> {
  if ("problem" in bundle) return bundle;
  if (pending && "problem" in pending) return pending;
  return reading(() => {
    const toSign = signedIn(bundle.value);
    const material = parseMaterial(bundle.value);
    const by = signerIn(material, pending?.value);
    const { signature } = bundle.value;
    return { toSign, signed: { signature, ...(by && { by }), material: materialIn(material, pending?.value) } };
  });
}

function signedIn({ content }: BundleWithStatement): BundleToSign {
  if (content.kind === "message") throw new TouchmarkError("UNSUPPORTED", "the bundle does not contain the message that it signs");
  if ("problem" in content.statement) throw malformed("the bundle contains no statement");
  const { payload, payloadType } = content.envelope;
  const { predicateType } = content.statement.value;
  return {
    payload,
    predicateType,
    content: { kind: "envelope", payload, payloadType },
    bytes: preAuthEncoding(payloadType, payload),
  };
}

function signerIn({ by }: Material, pending: PendingRecord | undefined): SignerDescription | undefined {
  if (by.kind === "certificate") return { publicKey: by.leaf.publicKey, chain: [by.leaf, ...by.intermediates] };
  if (pending && !pending.publicKey) throw malformed("the record of what is to be logged holds no key, and its bundle no certificate");
  return pending?.publicKey && { publicKey: readPublicKey(pending.publicKey, "the key of what is to be logged") };
}

function materialIn({ by, entries, timestamps }: Material, pending: PendingRecord | undefined): VerificationMaterial {
  return {
    ...(by.kind === "certificate" && { certificate: by.leaf.raw }),
    entries: entries.map(logEntryJson),
    timestamps,
    ...(pending && { pending: pending.logs }),
  };
}
