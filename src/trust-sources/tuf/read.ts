/** Reads the cached content of a TUF repository, without a network. */
import { TouchmarkError } from "../../core/errors.ts";
import type { Instant } from "../../core/instant.ts";
import { trustRootContent, type TrustRootContent } from "./content.ts";
import type { Document } from "./document.ts";
import { checkFileFacts } from "./file-facts.ts";
import { readCached, type CachedContent } from "./cache-entry.ts";
import type { TufRoot } from "./metadata.ts";
import { acceptSnapshot, acceptTargets, acceptTimestamp, followRoots, openRoot, requireFresh } from "./workflow.ts";

export interface ReadTrustRootOptions {
  /** The mirror's own folder, from `folderOf`. */
  readonly folder: string;
  /** The initial trusted root.json. */
  readonly root: Uint8Array;
  readonly at: Instant;
}

const damaged: ReadonlySet<string> = new Set(["MALFORMED", "LIMIT_EXCEEDED", "TRUST_ROOT_INVALID"]);
const advice = { hint: "Fetch it again.", remedy: { id: "update-trust-root" } } as const;

/**
 * Returns the content of the last update, verified again from the given root; undefined if there was no update.
 * Throws TRUST_ROOT_INVALID for a damaged cache, TRUST_ROOT_EXPIRED, FILE_NOT_FOUND if it cannot be read.
 */
export async function readTrustRoot({ at, ...where }: ReadTrustRootOptions): Promise<TrustRootContent | undefined> {
  const held = await readHeld(where);
  if (held === undefined) return undefined;
  for (const document of held.documents) requireFresh(document, at);
  return held.content;
}

export interface Held {
  readonly content: TrustRootContent;
  /** The documents that verify it; their expiry is not checked. */
  readonly documents: readonly Document[];
  readonly kept: CachedContent;
}

/** Like `readRepository`, but without the expiry check, which is up to the caller. */
export async function readHeld({ folder, root }: Omit<ReadTrustRootOptions, "at">): Promise<Held | undefined> {
  const initial = openRoot(root);
  try {
    const kept = await readCached(folder);
    return kept && verifyKept(kept, initial);
  } catch (error) {
    if (!(error instanceof TouchmarkError) || !damaged.has(error.code)) throw error;
    throw new TouchmarkError("TRUST_ROOT_INVALID", `the trust root kept in ${folder} is damaged: ${error.message}`, {
      ...advice,
      cause: error,
    });
  }
}

/** Throws TRUST_ROOT_INVALID for content that cannot be verified from the given root. */
export function verifyKept(kept: CachedContent, initial: TufRoot): Held {
  const root = followRoots(initial, kept.roots).at(-1) ?? initial;
  const timestamp = acceptTimestamp(kept.timestamp, root);
  const snapshot = acceptSnapshot(kept.snapshot, root, timestamp);
  const targets = acceptTargets(kept.targets, root, snapshot);
  for (const [name, bytes] of kept.files) {
    const facts = targets.files.get(name);
    if (facts === undefined)
      throw new TouchmarkError("TRUST_ROOT_INVALID", `${JSON.stringify(name.slice(0, 100))} is not a target of the repository`);
    checkFileFacts(bytes, facts, name);
  }
  return { content: trustRootContent({ root, timestamp, snapshot, targets }, kept), documents: [root, timestamp, snapshot, targets], kept };
}
