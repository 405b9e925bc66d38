/** Updates the cache of a TUF repository (TUF specification 1.0, section 5). */
import { TouchmarkError } from "../../core/errors.ts";
import type { Instant } from "../../core/instant.ts";
import type { HttpClient } from "../../net/http.ts";
import { cacheLookup } from "../cache-lookup.ts";
import { trustRootContent, type Chain, type TrustRootContent } from "./content.ts";
import { checkFileFacts } from "./file-facts.ts";
import { readCached, readRoots, writeCached, writeRoots, type CachedContent } from "./cache-entry.ts";
import type { TufRoot } from "./metadata.ts";
import { Mirror } from "./mirror.ts";
import { acceptSnapshot, acceptTargets, acceptTimestamp, followRoots, nextRoot, openRoot, openSnapshot, requireFresh } from "./workflow.ts";
import { trustSourceLimits } from "../limits.ts";

export interface UpdateOptions {
  readonly mirror: URL;
  /** The initial trusted root.json. */
  readonly root: Uint8Array;
  /** The targets to fetch; targets that the repository does not have are left out. */
  readonly names: readonly string[];
  /** The cache between updates: the mirror's own folder, from `folderOf`. Created if missing. */
  readonly folder: string;
  readonly http: HttpClient;
  readonly at: Instant;
  /** Throws for content that cannot be used; such content is not stored. */
  readonly accept?: (content: TrustRootContent) => void;
  /** Called, once, if the cache cannot be written; without it, that is thrown. */
  readonly onNotStored?: ((failure: TouchmarkError) => void) | undefined;
  readonly signal: AbortSignal;
}

/**
 * Returns the current content of the repository, verified and stored. The cache only saves requests and prevents rollback;
 * if it is damaged, the update starts from the initial root. Throws TRUST_ROOT_INVALID, TRUST_ROOT_EXPIRED,
 * LIMIT_EXCEEDED, FILE_NOT_FOUND if the folder cannot be written and `onNotStored` is not given, and what the client throws.
 */
export async function updateTrustRoot(options: UpdateOptions): Promise<TrustRootContent> {
  const { folder, at } = options;
  const store = storing(options.onNotStored);
  const mirror = new Mirror({ ...options, url: options.mirror });
  const initial = openRoot(options.root);
  const roots = await rotate(initial, { folder, mirror, store });
  const root = roots.at(-1) ?? initial;
  requireFresh(root, at);

  const kept = await cacheLookup(() => readCached(folder));
  const chain = await followDocuments({ root, kept, mirror, at });
  const files = await fetchFiles(options.names, chain, kept, mirror);
  const content = trustRootContent(chain, { files, fetched: at });
  options.accept?.(content);
  const { timestamp, snapshot, targets } = chain;
  await store(() =>
    writeCached(folder, {
      fetched: at,
      roots: roots.map(({ bytes }) => bytes),
      timestamp: timestamp.bytes,
      snapshot: snapshot.bytes,
      targets: targets.bytes,
      files,
    }),
  );
  return content;
}

type Store = (write: () => Promise<void>) => Promise<void>;

/** Reports the first write that fails, and goes on: what was verified can be used without a cache. */
function storing(onNotStored: UpdateOptions["onNotStored"]): Store {
  let isReported = false;
  return async (write) => {
    try {
      await write();
    } catch (error) {
      if (!onNotStored || !(error instanceof TouchmarkError)) throw error;
      if (!isReported) onNotStored(error);
      isReported = true;
    }
  };
}

/** Fetches the roots after the initial one, up to the newest (section 5.3). */
async function rotate(
  initial: TufRoot,
  { folder, mirror, store }: { readonly folder: string; readonly mirror: Mirror; readonly store: Store },
): Promise<readonly TufRoot[]> {
  const known = (await cacheLookup(async () => followRoots(initial, await readRoots(folder)))) ?? [];
  const roots = [...known];
  try {
    for (;;) {
      const trusted = roots.at(-1) ?? initial;
      const bytes = await mirror.root(trusted.version + 1);
      if (bytes === undefined) return roots;
      if (roots.length === known.length + trustSourceLimits.tufRotations) {
        const message = `the root changed more than ${trustSourceLimits.tufRotations} times, up to version ${trusted.version}`;
        throw new TouchmarkError("LIMIT_EXCEEDED", message, { hint: "Run it again: it goes on from there." });
      }
      roots.push(nextRoot(bytes, trusted));
    }
  } finally {
    // Stored even if the rest of the update fails, so that rotated keys cannot return.
    if (roots.length > known.length) {
      await store(() =>
        writeRoots(
          folder,
          roots.map(({ bytes }) => bytes),
        ),
      );
    }
  }
}

interface Position {
  readonly root: TufRoot;
  readonly kept: CachedContent | undefined;
  readonly mirror: Mirror;
  readonly at: Instant;
}

/**
 * Fetches the three other documents (sections 5.4 to 5.6). A cached one is used if it matches the signed length and hashes.
 * Cached ones prevent rollback as long as the root's keys signed both; after a key rotation of a role they do not (5.3.11).
 */
async function followDocuments({ root, kept, mirror, at }: Position): Promise<Chain> {
  const before =
    kept && (await cacheLookup(() => ({ timestamp: acceptTimestamp(kept.timestamp, root), snapshot: openSnapshot(kept.snapshot, root) })));
  const timestamp = acceptTimestamp(await mirror.timestamp(), root, before?.timestamp);
  requireFresh(timestamp, at);
  const snapshot =
    (kept && (await cacheLookup(() => acceptSnapshot(kept.snapshot, root, timestamp)))) ??
    acceptSnapshot(await mirror.document("snapshot", timestamp.snapshot, root.consistent), root, timestamp, before?.snapshot);
  requireFresh(snapshot, at);
  const targets =
    (kept && (await cacheLookup(() => acceptTargets(kept.targets, root, snapshot)))) ??
    acceptTargets(await mirror.document("targets", snapshot.targets, root.consistent), root, snapshot);
  requireFresh(targets, at);
  return { root, timestamp, snapshot, targets };
}

async function fetchFiles(
  names: readonly string[],
  { root, targets }: Chain,
  kept: CachedContent | undefined,
  mirror: Mirror,
): Promise<ReadonlyMap<string, Uint8Array>> {
  if (names.length > trustSourceLimits.tufNames) {
    throw new TouchmarkError("LIMIT_EXCEEDED", `${names.length} targets are more than the ${trustSourceLimits.tufNames} there may be`);
  }
  const files = new Map<string, Uint8Array>();
  for (const name of names) {
    const facts = targets.files.get(name);
    if (facts === undefined) continue;
    if (facts.length > trustSourceLimits.tufTargetBytes) {
      throw new TouchmarkError(
        "LIMIT_EXCEEDED",
        `the target ${name} has ${facts.length} bytes, over the limit of ${trustSourceLimits.tufTargetBytes}`,
      );
    }
    const old = kept?.files.get(name);
    const held = old && (await cacheLookup(() => checkFileFacts(old, facts, name)));
    files.set(name, held ?? checkFileFacts(await mirror.target(name, facts, root.consistent), facts, name));
  }
  return files;
}
