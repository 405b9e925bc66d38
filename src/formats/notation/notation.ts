/** Signatures of the Notary Project over referrers: what notation writes. */
import type { SignatureClaim, Evidence, Found } from "../../core/evidence.ts";
import { malformed } from "../../core/errors.ts";
import type { Check, Finding } from "../../core/finding.ts";
import type { Instant } from "../../core/instant.ts";
import type { Descriptor, ImageManifest } from "../../core/oci.ts";
import type { Subject } from "../../core/subject.ts";
import type { NotationTrust } from "../../trust/notation/notation-trust.ts";
import type { Trust } from "../../trust/trust.ts";
import { findingOf, reading, tooLarge, type Reading } from "../checks.ts";
import type { Format, Recognised } from "../format.ts";
import { envelopeKind } from "./envelope-kinds.ts";
import { maxEnvelopeBytes, parseEnvelope, type EnvelopeKind, type NotaryEnvelope } from "./envelope.ts";
import { parsePayload } from "./payload.ts";
import { isSignatureManifest, signatureType } from "./signature-manifest.ts";
import { verifyEnvelope } from "./verify-envelope.ts";

interface Content {
  readonly kind: EnvelopeKind;
  readonly envelope: NotaryEnvelope;
  /** What is signed. */
  readonly target: Descriptor;
}

interface NotationEvidence extends Evidence {
  readonly content: Reading<Content>;
}

/** A trust that may say whom to trust for these signatures. */
type TrustWithNotation = Trust & { readonly notation?: NotationTrust };

export const notation: Omit<Format, "prepare" | "assemble"> = {
  name: "notation",
  artifactTypes: [signatureType],

  places: () => [{ kind: "referrers" }],

  recognise,

  verify: (evidence: NotationEvidence, subject, trust: TrustWithNotation, at) => verify(evidence, subject, trust, at),
};

function recognise({ place, descriptor, manifest }: Found): Recognised | undefined {
  if (!isSignatureManifest(manifest)) return undefined;
  const common = { format: notation.name, place, manifest: descriptor.digest, layer: manifest.layers[0] ?? manifest.config };
  const { layer } = common;
  const found = reading(() => onlyEnvelope(manifest));
  const refused = (problem: Check): Recognised => ({
    fetch: [],
    read: (): readonly NotationEvidence[] => [{ ...common, content: { problem } }],
  });
  if ("problem" in found) return refused(found.problem);
  if (layer.size > maxEnvelopeBytes) return refused(tooLarge(layer.size, maxEnvelopeBytes));
  return {
    fetch: [layer],
    read(blobs): readonly NotationEvidence[] {
      const bytes = blobs.get(layer.digest);
      return bytes ? [{ ...common, content: reading(() => readContent(found.value, bytes)) }] : [];
    },
  };
}

/** The kind of the one envelope that a signature's manifest has. */
function onlyEnvelope({ layers }: ImageManifest): EnvelopeKind {
  const [layer] = layers;
  if (!layer || layers.length > 1) throw malformed(`the signature's manifest has ${layers.length} layers, expected one`);
  const kind = envelopeKind(layer.mediaType);
  if (!kind) throw malformed(`the signature's layer is of type ${JSON.stringify(layer.mediaType.slice(0, 100))}, which no envelope has`);
  return kind;
}

function readContent(kind: EnvelopeKind, bytes: Uint8Array): Content {
  const envelope = parseEnvelope(kind, bytes);
  return { kind, envelope, target: parsePayload(envelope.payload) };
}

async function verify(evidence: NotationEvidence, subject: Subject, trust: TrustWithNotation, at: Instant): Promise<Finding> {
  if ("problem" in evidence.content) return findingOf(evidence, { checks: [evidence.content.problem] });
  const { kind, envelope, target } = evidence.content.value;
  const claim: SignatureClaim = { kind: "signature", subject: target.digest, annotations: target.annotations ?? {} };
  const format: Check = { name: "format", outcome: "passed", detail: `a Notary Project signature in ${kind.name}` };
  const hint = envelope.chain[0].subject.text;
  if (!trust.notation) return findingOf(evidence, { claim, hint, checks: [format, unexpected(trust)] });
  const { checks, signer, seen } = await verifyEnvelope(envelope, trust.notation, at);
  return findingOf(evidence, { claim, signer, seen, hint, checks: [format, ...checks, checkSubject(target, subject)] });
}

/** A signature by a certificate that nothing was said of. */
function unexpected({ keys }: Trust): Check {
  if (keys.length === 0) {
    const detail = "no certificate authority is trusted for Notary Project signatures";
    return { name: "certificate", outcome: "failed", code: "CERTIFICATE_UNTRUSTED", detail };
  }
  const detail = `made with a certificate, not with ${keys.map(({ name }) => name).join(" or ")}`;
  return { name: "signature", outcome: "failed", code: "KEY_MISMATCH", detail };
}

/** Whether media type, digest and size are the image's. */
function checkSubject(target: Descriptor, { descriptor }: Subject): Check {
  const other = (["digest", "mediaType", "size"] as const).find((part) => target[part] !== descriptor[part]);
  if (other === undefined) return { name: "subject", outcome: "passed", detail: `for ${descriptor.digest}` };
  const values = [target, descriptor].map((one) => JSON.stringify(one[other]).slice(0, 150));
  return { name: "subject", outcome: "failed", code: "SUBJECT_MISMATCH", detail: `for ${other} ${values[0]}, not for ${values[1]}` };
}
