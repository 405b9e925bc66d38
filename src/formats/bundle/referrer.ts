/** The OCI manifest that hangs a bundle on an image through `subject`, as cosign 3 writes it. */
import { encodeUtf8 } from "../../core/bytes.ts";
import { digestOf } from "../../core/digest.ts";
import { formatInstant, type Instant } from "../../core/instant.ts";
import { emptyConfig, mediaTypes, type Descriptor } from "../../core/oci.ts";
import { bundleMediaType } from "./sigstore-bundle.ts";

/** Descriptor of the subject: media type, digest and size alone, whatever else is known of it. */
export function bundleManifest(bundle: Uint8Array, predicateType: string, subject: Descriptor, at: Instant): Uint8Array {
  const { mediaType, digest, size } = subject;
  return encodeUtf8(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: mediaTypes.ociManifest,
      artifactType: bundleMediaType,
      config: emptyConfig.descriptor,
      layers: [{ mediaType: bundleMediaType, digest: digestOf(bundle), size: bundle.length }],
      annotations: {
        "dev.sigstore.bundle.content": "dsse-envelope",
        "dev.sigstore.bundle.predicateType": predicateType,
        "org.opencontainers.image.created": formatInstant(at),
      },
      subject: { mediaType, digest, size },
    }),
  );
}
