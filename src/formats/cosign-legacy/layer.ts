/** One kind of layer that cosign writes, by its media type. */
import type { Claim } from "../../core/evidence.ts";
import type { Descriptor } from "../../core/oci/manifest.ts";
import type { Content } from "../../core/subject.ts";
import type { SignedContent } from "../../core/signed-content.ts";

export interface LayerKind {
  readonly mediaType: string;
  /** Maximum bytes of one layer. */
  readonly maxBytes: number;
  /** Throws MALFORMED, LIMIT_EXCEEDED or UNSUPPORTED. */
  read(layer: Descriptor, bytes: Uint8Array): SignedLayer;
}

export interface SignedLayer {
  /** A short description for messages. */
  readonly what: string;
  readonly content: SignedContent;
  readonly signature: Uint8Array;
  /** The bytes that a timestamp of this layer is over. */
  readonly stamped: Uint8Array;
  /** The claim, and whether it is about this subject; throws MALFORMED. */
  claimAbout(about: Content): { readonly claim: Claim; readonly namesSubject: boolean };
}
