/** What is signed, verified or copied, as a person names it. */
import { parseReference, type Reference } from "../core/oci/reference.ts";

export interface NamedImage {
  readonly kind: "image";
  readonly reference: Reference;
}

export interface NamedFile {
  readonly kind: "file";
  readonly path: string;
}

/** `registry.example/app:1.0`, `oci:FOLDER`, `oci-archive:FILE`. Throws INVALID_REFERENCE. */
export function image(reference: string): NamedImage {
  return { kind: "image", reference: parseReference(reference) };
}

/** Nothing is read yet. */
export function file(path: string): NamedFile {
  return { kind: "file", path };
}
