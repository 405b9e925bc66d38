/**
 * Counts signers toward a requirement of several authorities: authorities may share a key, an identity or a subject, and one signer counts
 * for one of them only. It is a maximum matching of authorities and signers.
 */
import type { Signatory } from "../core/finding.ts";
import type { Authority } from "./authority.ts";

/**
 * A name for each signer, equal for those that are one: signers that share a key or a certificate subject, directly or through others. By
 * whom a certificate is issued does not count: another issuer may have certified the same key.
 */
export function signerNames(signers: readonly Signatory[]): ReadonlyMap<Signatory, string> {
  const parents = new Map<string, string>();
  const rootOf = (name: string): string => {
    let root = name;
    for (let parent = parents.get(root); parent !== undefined; parent = parents.get(root)) root = parent;
    return root;
  };
  for (const [first, ...rest] of signers.map(identifiersOf)) {
    for (const other of rest) {
      const [root, otherRoot] = [rootOf(first), rootOf(other)];
      if (root !== otherRoot) parents.set(otherRoot, root);
    }
  }
  return new Map(signers.map((signer) => [signer, rootOf(identifiersOf(signer)[0])]));
}

/** What only one signer has. */
function identifiersOf(signer: Signatory): readonly [string, ...string[]] {
  if (signer.kind === "certificate") return [`identity ${JSON.stringify([signer.identity, signer.issuer])}`];
  const key = `key ${signer.fingerprint}`;
  return signer.kind === "key" ? [key] : [key, `subject ${signer.subject}`];
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
