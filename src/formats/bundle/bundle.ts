/** Sigstore bundles over referrers: what cosign 3 writes. */
import { preAuthEncoding } from "../../core/dsse.ts";
import { TouchmarkError } from "../../core/errors.ts";
import type { Evidence, Found } from "../../core/evidence.ts";
import type { Check, Finding } from "../../core/finding.ts";
import { emptyConfig } from "../../core/oci.ts";
import { bundleHint } from "../../core/public-key.ts";
import { parseStatement, statementPayloadType } from "../../core/statement.ts";
import type { Subject } from "../../core/subject.ts";
import type { Trust } from "../../trust/trust.ts";
import { certificateUnsupported, checkSignature, findingOf, reading, subjectCheck, tooLarge, type Reading } from "../checks.ts";
import type { Format, Recognised } from "../format.ts";
import { bundleManifest } from "./referrer.ts";
import { encodeSignStatement, readClaim, signPredicateType } from "./sign-statement.ts";
import { bundleMediaType, encodeBundle, isBundleMediaType, maxBundleBytes, parseBundle, type SigstoreBundle } from "./sigstore-bundle.ts";

interface BundleEvidence extends Evidence {
  readonly bundle: Reading<SigstoreBundle>;
}

export const bundle: Format = {
  name: "bundle",
  artifactTypes: [bundleMediaType],

  places: () => [{ kind: "referrers" }],

  recognise,

  verify: (evidence: BundleEvidence, subject, trust) => verify(evidence, subject, trust),

  prepare(claim) {
    const payload = encodeSignStatement(claim);
    return { payload, bytes: preAuthEncoding(statementPayloadType, payload) };
  },

  assemble({ payload }, subject, { signature, by }, at) {
    const blob = encodeBundle(bundleHint(by.publicKey), { payload, payloadType: statementPayloadType }, signature);
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

async function verify(evidence: BundleEvidence, subject: Subject, trust: Trust): Promise<Finding> {
  if ("problem" in evidence.bundle) return findingOf(evidence, { checks: [evidence.bundle.problem] });
  const { envelope, signature, material } = evidence.bundle.value;

  const content = reading(() => {
    if (envelope.payloadType !== statementPayloadType) {
      throw new TouchmarkError("UNSUPPORTED", `a payload of type ${JSON.stringify(envelope.payloadType.slice(0, 100))} is not supported`);
    }
    return readClaim(parseStatement(envelope.payload), subject);
  });
  if ("problem" in content) return findingOf(evidence, { checks: [content.problem] });
  const { claim, namesSubject } = content.value;

  const format: Check = { name: "format", outcome: "passed", detail: "a sigstore bundle 0.3" };
  const about = subjectCheck(namesSubject, claim, subject);
  if (material.kind === "certificate") {
    return findingOf(evidence, { claim, checks: [format, certificateUnsupported("the bundle carries a certificate"), about] });
  }
  const message = preAuthEncoding(envelope.payloadType, envelope.payload);
  const { check, signer } = await checkSignature(message, signature, trust, material.hint);
  return findingOf(evidence, { claim, signer, hint: material.hint, checks: [format, check, about] });
}
