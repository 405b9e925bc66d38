/** Counts authorities toward a threshold: each one by a signer of its own, since one person must not count twice. */
import type { Signatory } from "../core/finding.ts";

/** The signers that meet a requirement, each with the names of the authorities that it counts for. */
export class Signers {
  readonly #authorities = new Map<string, Set<string>>();

  add(signer: Signatory, authority: string): void {
    const key = keyOf(signer);
    const names = this.#authorities.get(key) ?? new Set();
    this.#authorities.set(key, names.add(authority));
  }

  /** The authorities in the largest pairing of signers and authorities (augmenting paths). */
  met(): readonly string[] {
    const signerOf = new Map<string, string>();
    const assign = (signer: string, tried: Set<string>): boolean => {
      for (const authority of this.#authorities.get(signer) ?? []) {
        if (tried.has(authority)) continue;
        tried.add(authority);
        const holder = signerOf.get(authority);
        if (holder !== undefined && !assign(holder, tried)) continue;
        signerOf.set(authority, signer);
        return true;
      }
      return false;
    };
    for (const signer of this.#authorities.keys()) assign(signer, new Set());
    return [...signerOf.keys()];
  }
}

/** Equal for one signer, whatever it signs and in whatever format. */
function keyOf(signer: Signatory): string {
  if (signer.kind === "key") return `key ${signer.fingerprint}`;
  if (signer.kind === "certificate") return JSON.stringify([signer.identity, signer.issuer]);
  return JSON.stringify([signer.subject, signer.issuer]);
}
