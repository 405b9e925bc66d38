/** One kind of layer that cosign writes, by its media type. */
import type { Claim } from "../../core/evidence.ts";
import type { Descriptor } from "../../core/oci/manifest.ts";
import type { Content } from "../../core/subject.ts";
import type { SignedContent } from "../../core/signed-content.ts";

export interface LayerKind {
  readonly mediaType: string;
  /** Bytes of one layer. */
  readonly maxBytes: number;
  /** Throws MALFORMED, LIMIT_EXCEEDED or UNSUPPORTED. */
  read(layer: Descriptor, bytes: Uint8Array): SignedLayer;
}

export interface SignedLayer {
  /** What it is, in a few words. */
  readonly what: string;
  readonly content: SignedContent;
  readonly signature: Uint8Array;
  /** What a timestamp beside it is over. */
  readonly stamped: Uint8Array;
  /** What is claimed, and whether about this subject; throws MALFORMED. */
  claimAbout(about: Content): { readonly claim: Claim; readonly namesSubject: boolean };
}
