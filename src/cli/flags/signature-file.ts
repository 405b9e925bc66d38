/** `--bundle FILE` and `--signature FILE`: a detached signature. */
import { flag, type Flag } from "./flag.ts";

export interface SignatureFileArgs {
  readonly bundle: string | undefined;
  readonly signature?: string | undefined;
}

export function bundleFlag(summary: string): Flag<string | undefined> {
  return flag.string({ value: "FILE", summary: `${summary} (sigstore bundle)` });
}

/** The same flag under notation's name. */
export function signatureFlag(summary: string): Flag<string | undefined> {
  return flag.string({ value: "FILE", summary: `${summary} (Notary Project)` });
}
