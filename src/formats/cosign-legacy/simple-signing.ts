/**
 * The simple signing payload, as cosign writes it (sigstore/cosign, specs/SIGNATURE_SPEC.md):
 *
 *     {"critical":{"identity":{"docker-reference":NAME},"image":{"docker-manifest-digest":DIGEST},
 *                  "type":"cosign container image signature"},"optional":{…} | null}
 */
import { encodeUtf8, fromBase64 } from "../../core/bytes.ts";
import { algorithmOf, hexOf, parseDigest } from "../../core/digest.ts";
import { malformed } from "../../core/errors.ts";
import type { SignatureClaim } from "../../core/evidence.ts";
import { Fields, parseJson } from "../../core/json/json.ts";
import type { Descriptor } from "../../core/oci/manifest.ts";
import { matchesDigests } from "../../core/content.ts";
import { formatLimits } from "../limits.ts";
import type { LayerKind } from "./layer.ts";
import { signatureAnnotation } from "./signature-image.ts";

export const payloadMediaType = "application/vnd.dev.cosign.simplesigning.v1+json";
const maxBytes = formatLimits.simpleSigningBytes;
const payloadType = "cosign container image signature";

/** A layer whose bytes are the signed payload; the signature is an annotation of the layer. */
export const simpleSigning: LayerKind = {
  mediaType: payloadMediaType,
  maxBytes,
  async read(layer, bytes) {
    const claim = parseSimpleSigning(bytes);
    const { subject: digest } = claim;
    const signature = readSignature(layer);
    return {
      what: "a simple signing payload",
      content: { kind: "message", message: bytes },
      signature,
      timestamped: signature,
      claimAbout: (about) => ({ claim, namesSubject: matchesDigests(about, { [algorithmOf(digest)]: hexOf(digest) }) }),
    };
  },
};

/** Reads the signature. Base64 of other tools, attached by hand, often contains line breaks. */
function readSignature({ annotations }: Descriptor): Uint8Array {
  const text = annotations?.[signatureAnnotation] ?? "";
  return fromBase64(text.replace(/[\r\n]/g, ""), `the annotation ${signatureAnnotation}`);
}

/** Reads a payload; throws MALFORMED. */
export function parseSimpleSigning(bytes: Uint8Array): SignatureClaim {
  const fields = new Fields(parseJson(bytes, "payload", { maxBytes, maxValues: formatLimits.legacyValues }), "payload");
  const critical = fields.fields("critical");
  const type = critical.string("type");
  if (type !== payloadType) throw malformed(`payload.critical.type is ${JSON.stringify(type.slice(0, 100))}, not "${payloadType}"`);
  const identity = critical.optionalFields("identity")?.optionalString("docker-reference");
  return {
    kind: "signature",
    subject: parseDigest(critical.fields("image").string("docker-manifest-digest"), "payload.critical.image.docker-manifest-digest"),
    annotations: readAnnotations(fields.optionalFields("optional")),
    ...(identity !== undefined && identity !== "" && { identity }),
  };
}

/** Returns the string values only, which `-a k=v` can match; other tools also store numbers and lists here, which are ignored. */
function readAnnotations(optional: Fields | undefined): Readonly<Record<string, string>> {
  const entries = Object.entries(optional?.object ?? {});
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}

/** Encodes the payload byte for byte as cosign does: members in this order, annotations sorted by key, null if there are none. */
export function encodeSimpleSigning(claim: SignatureClaim): Uint8Array {
  const annotations = Object.entries(claim.annotations).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return encodeUtf8(
    JSON.stringify({
      critical: {
        identity: { "docker-reference": claim.identity ?? "" },
        image: { "docker-manifest-digest": claim.subject },
        type: payloadType,
      },
      optional: annotations.length === 0 ? null : Object.fromEntries(annotations),
    }),
  );
}
