/**
 * The rules that verify one document by another (TUF specification 1.0, section 5), as pure functions.
 * Each throws TRUST_ROOT_INVALID for a wrong signature or a rollback, LIMIT_EXCEEDED past a bound.
 */
import { TouchmarkError } from "../../core/errors.ts";
import { formatInstant, type Instant } from "../../core/instant.ts";
import type { Document } from "./document.ts";
import { checkFileFacts } from "./file-facts.ts";
import {
  parseRoot,
  parseSnapshot,
  parseTargets,
  parseTufTimestamp,
  type TufRoot,
  type TufSnapshot,
  type TufTargets,
  type TufTimestamp,
} from "./metadata.ts";

/** Verifies the initial trusted root, which must be signed by its own keys. */
export function openRoot(bytes: Uint8Array): TufRoot {
  const root = read("the root", () => parseRoot(bytes));
  requireQuorum(root, root);
  return root;
}

/** Verifies the root after the trusted one, signed by the keys of both (section 5.3). */
export function nextRoot(bytes: Uint8Array, trusted: TufRoot): TufRoot {
  const root = read(`the root after version ${trusted.version}`, () => parseRoot(bytes));
  requireQuorum(root, trusted);
  requireQuorum(root, root);
  if (root.version !== trusted.version + 1) {
    throw invalid(`a root of version ${root.version} was found, expected version ${trusted.version + 1}`);
  }
  return root;
}

/** Verifies a cached chain of roots after the initial one, oldest first; roots older than the initial one are skipped. */
export function followRoots(initial: TufRoot, chain: readonly Uint8Array[]): readonly TufRoot[] {
  const roots: TufRoot[] = [];
  for (const bytes of chain) {
    const trusted = roots.at(-1) ?? initial;
    const { version } = read("a kept root", () => parseRoot(bytes));
    if (version > initial.version) roots.push(nextRoot(bytes, trusted));
  }
  return roots;
}

/** Verifies the timestamp; returns the cached one if the versions are equal. An older one is refused (section 5.4). */
export function acceptTimestamp(bytes: Uint8Array, root: TufRoot, kept?: TufTimestamp): TufTimestamp {
  const timestamp = signed("the timestamp", () => parseTufTimestamp(bytes), root);
  if (kept === undefined) return timestamp;
  requireNotBefore("the timestamp", timestamp.version, kept.version);
  if (timestamp.version === kept.version) return kept;
  requireNotBefore("the snapshot that the timestamp names", timestamp.snapshot.version, kept.snapshot.version);
  return timestamp;
}

/** Verifies a snapshot's signatures; `acceptSnapshot` checks its version. */
export function openSnapshot(bytes: Uint8Array, root: TufRoot): TufSnapshot {
  return signed("the snapshot", () => parseSnapshot(bytes), root);
}

/** Verifies the snapshot that the timestamp names; no role in it may be older than in the cached one, or missing (section 5.5). */
export function acceptSnapshot(bytes: Uint8Array, root: TufRoot, { snapshot: named }: TufTimestamp, kept?: TufSnapshot): TufSnapshot {
  checkFileFacts(bytes, named, "the snapshot");
  const snapshot = openSnapshot(bytes, root);
  requireVersion(snapshot, named.version);
  for (const [name, version] of kept?.versions ?? []) {
    const fresh = snapshot.versions.get(name);
    const what = JSON.stringify(name.slice(0, 100));
    if (fresh === undefined) throw invalid(`the snapshot has lost ${what}`);
    requireNotBefore(`the version of ${what} in the snapshot`, fresh, version);
  }
  return snapshot;
}

/** Verifies the list of targets that the snapshot names (section 5.6). */
export function acceptTargets(bytes: Uint8Array, root: TufRoot, { targets: named }: TufSnapshot): TufTargets {
  checkFileFacts(bytes, named, "the list of targets");
  const targets = signed("the list of targets", () => parseTargets(bytes), root);
  requireVersion(targets, named.version);
  return targets;
}

/** Throws TRUST_ROOT_EXPIRED if the document has expired. */
export function requireFresh({ role, version, expires }: Document, at: Instant): void {
  if (at < expires) return;
  throw new TouchmarkError(
    "TRUST_ROOT_EXPIRED",
    `the ${role} document of the trust root, version ${version}, expired at ${formatInstant(expires)}; by the clock here it is ${formatInstant(at)}`,
    { hint: "Check this machine's clock, then fetch a newer trust root; if there is none, its keepers have to sign one." },
  );
}

/** Throws unless the threshold of the root's keys for the document's role is met. A key counts once, whatever its ids. */
function requireQuorum(document: Document, root: TufRoot): void {
  const { keyIds, threshold } = root.roles[document.role];
  const signers = new Set<string>();
  for (const { keyId, bytes } of document.signatures) {
    const key = keyIds.has(keyId) ? root.keys.get(keyId) : undefined;
    if (key && !signers.has(key.fingerprint) && key.verify(document.message, bytes)) signers.add(key.fingerprint);
  }
  if (signers.size >= threshold) return;
  throw invalid(
    `the ${document.role} document, version ${document.version}, is signed by ${signers.size} of the ${threshold} keys that version ${root.version} of the root asks for`,
  );
}

function signed<T extends Document>(what: string, parse: () => T, root: TufRoot): T {
  const document = read(what, parse);
  requireQuorum(document, root);
  return document;
}

/** Parses a document; one that cannot be parsed is TRUST_ROOT_INVALID. */
function read<T>(what: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof TouchmarkError) || error.code !== "MALFORMED") throw error;
    throw new TouchmarkError("TRUST_ROOT_INVALID", `${what} cannot be read: ${error.message}`, { cause: error });
  }
}

function requireVersion({ role, version }: Document, named: number): void {
  if (version !== named) throw invalid(`the ${role} document has version ${version}, and version ${named} was signed for`);
}

function requireNotBefore(what: string, fresh: number, kept: number): void {
  if (fresh < kept) throw invalid(`${what} goes back from ${kept} to ${fresh}`);
}

function invalid(message: string): TouchmarkError {
  return new TouchmarkError("TRUST_ROOT_INVALID", message);
}
