/**
 * Counts signers toward a requirement of several authorities: authorities may share a key, an identity or a subject, and one signer counts
 * for one of them only. It is a maximum matching of authorities and signers.
 */
import type { Signatory } from "../core/finding.ts";
import type { Authority } from "./authority.ts";

/**
 * Equal for signatures by one signer, however they are stored. Of certificates only the subject counts: another issuer may have certified
 * the same key.
 */
export function signerName(signer: Signatory): string {
  if (signer.kind === "key") return `key ${signer.fingerprint}`;
  return signer.kind === "x509" ? `subject ${signer.subject}` : `identity ${JSON.stringify([signer.identity, signer.issuer])}`;
}

/**
 * The signer of each authority that has one of its own, for as many authorities as possible. `candidates` are the signers of each authority;
 * authorities that come first are served first.
 */
export function distinctSigners(candidates: ReadonlyMap<Authority, ReadonlySet<string>>): ReadonlyMap<Authority, string> {
  const byName = new Map<string, Authority>();
  /** Finds a signer for the authority, and another one for an authority that gives its own up. */
  const serve = (authority: Authority, tried: Set<string>): boolean => {
    for (const name of candidates.get(authority) ?? []) {
      if (tried.has(name)) continue;
      tried.add(name);
      const holder = byName.get(name);
      if (holder && !serve(holder, tried)) continue;
      byName.set(name, authority);
      return true;
    }
    return false;
  };
  for (const authority of candidates.keys()) serve(authority, new Set());
  return new Map(Array.from(byName, ([name, authority]) => [authority, name]));
}
