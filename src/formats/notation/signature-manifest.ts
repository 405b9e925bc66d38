/**
 * The OCI manifest that attaches an envelope to an image (signature specification, "OCI Signatures"). Both forms are read: with
 * `artifactType`, or, as notation 1 writes it, with the type in `config.mediaType`. The latter is written, since all verifiers know it.
 */
import { encodeUtf8 } from "../../core/bytes.ts";
import { digestOf } from "../../core/digest.ts";
import { hashOf } from "../../core/keys/hash.ts";
import { formatInstant, type Instant } from "../../core/instant.ts";
import { emptyConfig, mediaTypes } from "../../core/oci/manifest.ts";
import type { Certificate } from "../../core/x509/certificate.ts";
import type { Target } from "./payload.ts";
import type { EnvelopeType } from "./envelope-types.ts";
import { signatureType } from "./signature-type.ts";

const thumbprints = "io.cncf.notary.x509chain.thumbprint#S256";
export const created = "org.opencontainers.image.created";

export interface SignatureManifest {
  readonly envelope: Uint8Array;
  readonly envelopeType: EnvelopeType;
  readonly chain: readonly Certificate[];
  readonly subject: Target;
  readonly at: Instant;
  /** The signer's annotations, in addition to the manifest's own. */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Encodes the manifest, byte for byte as notation 1.3 writes it. */
export function encodeSignatureManifest({ envelope, envelopeType, chain, subject, at, annotations = {} }: SignatureManifest): Uint8Array {
  const { mediaType, digest, size } = subject;
  const named = {
    ...annotations,
    [thumbprints]: JSON.stringify(chain.map(({ raw }) => hashOf(raw, "sha256"))),
    [created]: formatInstant(at),
  };
  return encodeUtf8(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: mediaTypes.ociManifest,
      config: { mediaType: signatureType, digest: emptyConfig.descriptor.digest, size: emptyConfig.descriptor.size },
      layers: [{ mediaType: envelopeType, digest: digestOf(envelope), size: envelope.length }],
      subject: { mediaType, digest, size },
      annotations: Object.fromEntries(Object.entries(named).toSorted(([a], [b]) => (a < b ? -1 : 1))),
    }),
  );
}
