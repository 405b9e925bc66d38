/** What there is to sign, and who signs it: what the ways to open a signer have in common. */
import type { LogUpload } from "../core/verification-material.ts";
import type { EnvelopeSigner, Signer } from "../core/signer.ts";

/** Disposing of it closes what the signer holds open. */
export interface SigningWith extends AsyncDisposable {
  readonly signer: Signer | EnvelopeSigner;
  /** The key is made for this once: it cannot have signed before. */
  readonly isEphemeral: boolean;
  /** Fails as soon as it is known that nothing can be signed. */
  readonly ready: Promise<unknown>;
}

export interface SigningContext {
  /** Names of the formats that will be written. */
  readonly formats: readonly string[];
  /** Whether anybody may pull all that is signed; asked only where something is to be published about it. */
  readonly isPublic: () => Promise<boolean>;
  /** What to say of it if not. */
  readonly secret: string;
  readonly logUpload?: LogUpload;
  readonly signal: AbortSignal;
}
