/** The image or file to sign, verify or copy, as a user names it. */
import { parseReference, type Reference } from "../core/oci/reference.ts";

export interface NamedImage {
  readonly kind: "image";
  readonly reference: Reference;
}

export interface NamedFile {
  readonly kind: "file";
  readonly path: string;
}

/** An image: `registry.example/app:1.0`, `oci:FOLDER`, `oci-archive:FILE`. Throws INVALID_REFERENCE. */
export function image(reference: string): NamedImage {
  return { kind: "image", reference: parseReference(reference) };
}

/** A file. Nothing is read yet. */
export function file(path: string): NamedFile {
  return { kind: "file", path };
}
