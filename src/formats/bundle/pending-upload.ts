/** A bundle with a pending log entry: the upload request, and the bundle that replaces it. */
import type { DsseEnvelope } from "../../core/envelopes/dsse.ts";
import { malformed } from "../../core/errors.ts";
import type { Instant } from "../../core/instant.ts";
import { emptyConfig, type Descriptor } from "../../core/oci/manifest.ts";
import { readPublicKey } from "../../core/keys/public-key.ts";
import type { LogEntryJson } from "../../core/verification-material.ts";
import { parseStatement } from "../../core/statements/statement.ts";
import type { SignatureVerifier } from "../../verification/logged-signature.ts";
import { reading, type Reading } from "../checks.ts";
import type { PendingUpload, ReferrerArtifact } from "../format.ts";
import { parseMaterial, type Material } from "./material.ts";
import type { PendingRecord } from "./pending-record.ts";
import { bundleManifest } from "./referrer.ts";
import { encodeBundle, type SigstoreBundle } from "./sigstore-bundle.ts";
import type { BundleEvidence } from "./verify-evidence.ts";

/** The pending upload; undefined if none is pending. */
export function uploadOf({ bundle, pending }: BundleEvidence): Reading<PendingUpload> | undefined {
  if (!pending || "problem" in pending) return pending;
  if ("problem" in bundle) return bundle;
  return reading(() => {
    const { signature } = bundle.value;
    const { payload, payloadType } = envelopeOf(bundle.value);
    const verifier = verifierOf(parseMaterial(bundle.value), pending.value);
    return { logged: { signature, content: { kind: "envelope", payload, payloadType }, verifier }, logs: pending.value.logs };
  });
}

export interface Completion {
  readonly entries: readonly LogEntryJson[];
  readonly subject: Descriptor;
  readonly at: Instant;
}

/** Throws MALFORMED for a bundle that `uploadOf` cannot read. */
export function completed({ bundle: found }: BundleEvidence, { entries, subject, at }: Completion): ReferrerArtifact {
  if ("problem" in found) throw malformed(found.problem.detail);
  const { signature, hint = "" } = found.value;
  const envelope = envelopeOf(found.value);
  const { by, timestamps } = parseMaterial(found.value);
  const certificate = by.kind === "certificate" ? { certificate: by.leaf.raw } : {};
  const bundle = encodeBundle(envelope, signature, { hint, ...certificate, entries, timestamps });
  const { predicateType } = parseStatement(envelope.payload);
  return { kind: "referrer", blobs: [bundle, emptyConfig.bytes], manifest: bundleManifest({ bundle, predicateType, subject, at }) };
}

function envelopeOf({ content }: SigstoreBundle): DsseEnvelope {
  if (content.kind !== "envelope") throw malformed("the pending bundle holds no envelope");
  return content.envelope;
}

function verifierOf({ by }: Material, { publicKey }: PendingRecord): SignatureVerifier {
  if (by.kind === "certificate") return { kind: "certificate", certificate: by.leaf.raw };
  if (!publicKey) throw malformed("the record of what is to be logged holds no key, and its bundle no certificate");
  return { kind: "key", key: readPublicKey(publicKey, "the key of what is to be logged") };
}
