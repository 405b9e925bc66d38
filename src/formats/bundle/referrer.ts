/** The OCI manifest that attaches a bundle to an image through `subject`, as cosign 3 writes it. */
import { encodeUtf8 } from "../../core/bytes.ts";
import { digestOf } from "../../core/digest.ts";
import { formatInstant, type Instant } from "../../core/instant.ts";
import { emptyConfig, mediaTypes, type Descriptor } from "../../core/oci/manifest.ts";
import { pendingAnnotation, pendingMediaType } from "./pending-record.ts";
import { bundleMediaType } from "./sigstore-bundle.ts";

export const predicateTypeAnnotation = "dev.sigstore.bundle.predicateType";

export interface BundleManifest {
  readonly bundle: Uint8Array;
  /** The record of the pending log upload. */
  readonly pending?: Uint8Array | undefined;
  readonly predicateType: string;
  /** Only media type, digest and size of the subject are written. */
  readonly subject: Descriptor;
  readonly at: Instant;
}

export function bundleManifest({ bundle, pending, predicateType, subject, at }: BundleManifest): Uint8Array {
  const { mediaType, digest, size } = subject;
  return encodeUtf8(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: mediaTypes.ociManifest,
      artifactType: bundleMediaType,
      config: emptyConfig.descriptor,
      layers: [layer(bundleMediaType, bundle), ...(pending ? [layer(pendingMediaType, pending)] : [])],
      annotations: {
        ...(pending && { [pendingAnnotation.name]: pendingAnnotation.value }),
        "dev.sigstore.bundle.content": "dsse-envelope",
        [predicateTypeAnnotation]: predicateType,
        "org.opencontainers.image.created": formatInstant(at),
      },
      subject: { mediaType, digest, size },
    }),
  );
}

function layer(mediaType: string, bytes: Uint8Array): Descriptor {
  return { mediaType, digest: digestOf(bytes), size: bytes.length };
}
