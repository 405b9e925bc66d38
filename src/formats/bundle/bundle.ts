/** Sigstore bundles over referrers: what cosign 3 writes. */
import { preAuthEncoding } from "../../core/dsse.ts";
import { TouchmarkError } from "../../core/errors.ts";
import { parseDigest } from "../../core/digest.ts";
import type { Claim, Evidence, Found } from "../../core/evidence.ts";
import type { Finding } from "../../core/finding.ts";
import type { Instant } from "../../core/instant.ts";
import { emptyConfig } from "../../core/oci.ts";
import { bundleHint } from "../../core/public-key.ts";
import { parseStatement, statementPayloadType } from "../../core/statement.ts";
import { isNamedBy, type Subject } from "../../core/subject.ts";
import type { SignedContent } from "../../core/signed-content.ts";
import type { Trust } from "../../trust/trust.ts";
import { findingOf, reading, refuseExpiry, subjectCheck, tooLarge, type Reading } from "../checks.ts";
import type { Format, Recognised, ToSign } from "../format.ts";
import { bundleManifest } from "./referrer.ts";
import { encodeSignStatement, readClaim, signPredicateType } from "./sign-statement.ts";
import { bundleMediaType, encodeBundle, isBundleMediaType, maxBundleBytes, parseBundle, type SigstoreBundle } from "./sigstore-bundle.ts";
import { verifyBundle } from "./verify-bundle.ts";

interface BundleEvidence extends Evidence {
  readonly bundle: Reading<SigstoreBundle>;
}

interface BundleToSign extends ToSign {
  readonly payload: Uint8Array;
}

export const bundle: Format = {
  name: "bundle",
  artifactTypes: [bundleMediaType],

  places: () => [{ kind: "referrers" }],

  recognise,

  verify: (evidence: BundleEvidence, subject, trust, at) => verify(evidence, subject, trust, at),

  prepare({ claim, options }): BundleToSign {
    refuseExpiry(bundle.name, options);
    const payload = encodeSignStatement(claim);
    const content = { kind: "envelope", payload, payloadType: statementPayloadType } as const;
    return { payload, content, bytes: preAuthEncoding(statementPayloadType, payload) };
  },

  assemble({ payload }: BundleToSign, subject, { signature, by, seals }, at) {
    const blob = encodeBundle({ payload, payloadType: statementPayloadType }, signature, { hint: bundleHint(by.publicKey), ...seals });
    const manifest = bundleManifest(blob, signPredicateType, subject.descriptor, at);
    return { kind: "referrer", blobs: [blob, emptyConfig.bytes], manifest };
  },
};

function recognise({ place, descriptor, manifest }: Found): Recognised | undefined {
  const layers = manifest.layers.filter((layer) => isBundleMediaType(layer.mediaType));
  if (layers.length === 0) return undefined;
  return {
    fetch: layers.filter((layer) => layer.size <= maxBundleBytes),
    read: (blobs) =>
      layers.flatMap((layer): BundleEvidence[] => {
        const common = { format: bundle.name, place, manifest: descriptor.digest, layer };
        if (layer.size > maxBundleBytes) return [{ ...common, bundle: { problem: tooLarge(layer.size, maxBundleBytes) } }];
        const bytes = blobs.get(layer.digest);
        return bytes ? [{ ...common, bundle: reading(() => parseBundle(bytes)) }] : [];
      }),
  };
}

async function verify(evidence: BundleEvidence, subject: Subject, trust: Trust, at: Instant): Promise<Finding> {
  if ("problem" in evidence.bundle) return findingOf(evidence, { checks: [evidence.bundle.problem] });
  const { value: found } = evidence.bundle;
  const told = reading(() => readContent(found, subject));
  if ("problem" in told) return findingOf(evidence, { checks: [told.problem] });
  const { claim, namesSubject, content } = told.value;
  const about = subjectCheck(namesSubject, claim, subject);
  // What a message signature was made over is not at hand where it is for another image.
  if (content === undefined) return findingOf(evidence, { claim, checks: [about] });
  const { checks, ...proof } = await verifyBundle({ bundle: found, content, trust, at });
  return findingOf(evidence, { ...proof, claim, hint: found.hint, checks: [...checks, about] });
}

interface Told {
  readonly claim: Claim;
  readonly namesSubject: boolean;
  readonly content: SignedContent | undefined;
}

/** A statement in an envelope speaks for itself; a message signature is over the image's manifest. */
function readContent({ content }: SigstoreBundle, subject: Subject): Told {
  if (content.kind === "message") return readMessage(content.sha256, subject);
  const { payload, payloadType } = content.envelope;
  if (payloadType !== statementPayloadType) {
    throw new TouchmarkError("UNSUPPORTED", `a payload of type ${JSON.stringify(payloadType.slice(0, 100))} is not supported`);
  }
  return { ...readClaim(parseStatement(payload), subject), content: { kind: "envelope", payload, payloadType } };
}

function readMessage(sha256: string | undefined, subject: Subject): Told {
  const namesSubject = sha256 === undefined || isNamedBy(subject, { sha256 });
  const digest = namesSubject ? subject.digest : parseDigest(`sha256:${sha256}`, "bundle.messageSignature.messageDigest");
  const claim: Claim = { kind: "signature", subject: digest, annotations: {} };
  return { claim, namesSubject, content: namesSubject ? { kind: "message", message: subject.manifest } : undefined };
}
