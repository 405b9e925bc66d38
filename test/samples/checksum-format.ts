/**
 * A small format, written as "How to add a format" of CONTRIBUTING.md says. A signature is a referrer with one layer,
 * `{"payload":BASE64,"signature":BASE64}`, and the payload is `{"image":DIGEST,"annotations":{…}}`.
 */
import { encodeUtf8, fromBase64, toBase64 } from "../../src/core/bytes.ts";
import { digestOf, isDigest } from "../../src/core/digest.ts";
import { TouchmarkError } from "../../src/core/errors.ts";
import type { Evidence, Found, SignatureClaim } from "../../src/core/evidence.ts";
import type { Finding } from "../../src/core/finding.ts";
import type { Instant } from "../../src/core/instant.ts";
import { Fields, parseJson } from "../../src/core/json/json.ts";
import { emptyConfig, mediaTypes } from "../../src/core/oci/manifest.ts";
import type { Subject } from "../../src/core/subject.ts";
import { findingOf, imageOnly, noFiles, reading, refuseExpiry, subjectCheck, tooLarge, type Reading } from "../../src/formats/checks.ts";
import type { Format, Recognised } from "../../src/formats/format.ts";
import type { Writer } from "../../src/formats/writer.ts";
import type { Trust } from "../../src/trust/trust.ts";
import { verifyKeySignature } from "../../src/verification/key-signature.ts";

const layerType = "application/vnd.example.checksum.v1+json";
const maxBytes = 64 * 1024;

interface Content {
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
  readonly claim: SignatureClaim;
}

interface ChecksumEvidence extends Evidence {
  readonly content: Reading<Content>;
}

export const checksumFormat: Format = {
  name: "checksum",
  ownsType: (artifactType) => artifactType === layerType,
  labelOf: ({ artifactType }) => (artifactType === layerType ? { kind: "signature" } : undefined),
  locations: () => [{ kind: "referrers" }],
  recognise,
  claims: ({ content }: ChecksumEvidence) => ({ claims: "value" in content ? [content.value.claim] : [] }),
  verify: (evidence: ChecksumEvidence, subject, trust, at) => verify(evidence, subject, trust, at),
  material: async ({ content }: ChecksumEvidence) =>
    "value" in content ? { value: { toSign: { bytes: content.value.payload }, signed: { signature: content.value.signature } } } : content,
  writers: {
    signature: {
      abilities: { stores: "referrer", signsFiles: false, needsChain: false, takesExpiry: false, envelopes: [], canWait: false },
      open: async () => writer,
    },
  },
};

function recognise({ location, descriptor, manifest }: Found): Recognised | undefined {
  const [layer] = manifest.layers;
  if (layer?.mediaType !== layerType) return undefined;
  const common = { format: "checksum", location, manifest: descriptor.digest, layer };
  const read = (bytes: Uint8Array): ChecksumEvidence => ({ ...common, content: reading(() => parse(bytes)) });
  const unread: ChecksumEvidence = { ...common, content: { problem: tooLarge(layer.size, maxBytes) } };
  return {
    fetch: layer.size > maxBytes ? [] : [layer],
    pieces: 1,
    async read(blobs) {
      const bytes = blobs.get(layer.digest);
      if (layer.size > maxBytes) return [unread];
      return bytes ? [read(bytes)] : [];
    },
  };
}

function parse(bytes: Uint8Array): Content {
  const fields = new Fields(parseJson(bytes, "signature", { maxBytes }), "signature");
  const payload = fromBase64(fields.string("payload"), "signature.payload");
  const stated = new Fields(parseJson(payload, "payload", { maxBytes }), "payload");
  return {
    payload,
    signature: fromBase64(fields.string("signature"), "signature.signature"),
    claim: { kind: "signature", subject: digestIn(stated), annotations: stated.has("annotations") ? stated.strings("annotations") : {} },
  };
}

function digestIn(stated: Fields): SignatureClaim["subject"] {
  const text = stated.string("image");
  if (!isDigest(text)) throw new TouchmarkError("MALFORMED", "payload.image is no digest");
  return text;
}

/** A broken piece of evidence is a failed check; no policy is in it. */
async function verify(evidence: ChecksumEvidence, subject: Subject, trust: Trust, at: Instant): Promise<Finding> {
  if ("problem" in evidence.content) return findingOf(evidence, at, { checks: [evidence.content.problem] });
  const { payload, signature, claim } = evidence.content.value;
  const { checks, ...result } = await verifyKeySignature({ signature, content: { kind: "message", message: payload } }, trust.keys);
  const format = { name: "format", outcome: "passed", detail: "a checksum signature" } as const;
  return findingOf(evidence, at, {
    ...result,
    claim,
    checks: [format, ...checks, subjectCheck(claim.subject === subject.digest, claim, subject)],
  });
}

const writer: Writer<SignatureClaim> = {
  prepare({ claim: { annotations }, subject, options }) {
    refuseExpiry("checksum", options);
    const { digest } = imageOnly(subject, "checksum signatures are");
    return { bytes: encodeUtf8(JSON.stringify({ image: digest, annotations })) };
  },

  assemble({ bytes }, subject, { signature, material }) {
    if (material) throw new TouchmarkError("UNSUPPORTED", "a checksum signature carries no log entries and no timestamps");
    const { mediaType, digest, size } = imageOnly(subject, "checksum signatures are").descriptor;
    const layer = encodeUtf8(JSON.stringify({ payload: toBase64(bytes), signature: toBase64(signature) }));
    const manifest = {
      schemaVersion: 2,
      mediaType: mediaTypes.ociManifest,
      artifactType: layerType,
      config: emptyConfig.descriptor,
      layers: [{ mediaType: layerType, digest: digestOf(layer), size: layer.length }],
      subject: { mediaType, digest, size },
    };
    return { kind: "referrer", blobs: [emptyConfig.bytes, layer], manifest: encodeUtf8(JSON.stringify(manifest)) };
  },

  readingFor: async () => noFiles("checksum signatures are"),
};
