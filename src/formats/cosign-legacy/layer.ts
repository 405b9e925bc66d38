/** One kind of layer that cosign writes, by its media type. */
import type { Content } from "../../core/content.ts";
import type { Claim } from "../../core/evidence.ts";
import type { Descriptor } from "../../core/oci/manifest.ts";
import type { SignedContent } from "../../core/signed-content.ts";

export interface LayerKind {
  readonly mediaType: string;
  /** Maximum bytes of one layer. */
  readonly maxBytes: number;
  /** Throws MALFORMED, LIMIT_EXCEEDED or UNSUPPORTED, and the signal's abort reason. */
  read(layer: Descriptor, bytes: Uint8Array, signal: AbortSignal): Promise<SignedLayer>;
}

export interface SignedLayer {
  /** A short description for messages. */
  readonly what: string;
  readonly content: SignedContent;
  readonly signature: Uint8Array;
  /** The bytes that a timestamp of this layer is over. */
  readonly timestamped: Uint8Array;
  /** The in-toto statement of an attestation. */
  readonly attests?: { readonly statement: Uint8Array; readonly predicateType: string };
  /** The claim, and whether it is about this subject; throws MALFORMED. */
  claimAbout(about: Content): { readonly claim: Claim; readonly namesSubject: boolean };
}
