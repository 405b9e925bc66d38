/** One kind of layer that cosign writes, by its media type. */
import type { Claim } from "../../core/evidence.ts";
import type { Descriptor } from "../../core/oci.ts";
import type { Subject } from "../../core/subject.ts";

export interface LayerKind {
  readonly mediaType: string;
  /** Bytes of one layer. */
  readonly maxBytes: number;
  /** Throws MALFORMED, LIMIT_EXCEEDED or UNSUPPORTED. */
  read(layer: Descriptor, bytes: Uint8Array): SignedContent;
}

export interface SignedContent {
  /** What it is, in a few words. */
  readonly what: string;
  /** The bytes that are signed. */
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
  /** What is claimed, and whether about this subject; throws MALFORMED. */
  claimAbout(subject: Subject): { readonly claim: Claim; readonly namesSubject: boolean };
}
