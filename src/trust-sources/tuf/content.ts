/** The content of a TUF repository, verified down to the bytes of its targets. */
import type { Instant } from "../../core/instant.ts";
import type { Role } from "./document.ts";
import type { CachedContent } from "./cache-entry.ts";
import type { TufRoot, TufSnapshot, TufTargets, TufTimestamp } from "./metadata.ts";

export interface TrustRootContent {
  /** Bytes by the target's name. */
  readonly targets: ReadonlyMap<string, Uint8Array>;
  readonly versions: Readonly<Record<Role, number>>;
  /** When the first of the four documents expires; from then on the content must be updated. */
  readonly expires: Instant;
  /** Time of the update, by the local clock. */
  readonly fetched: Instant;
}

export interface Chain {
  readonly root: TufRoot;
  readonly timestamp: TufTimestamp;
  readonly snapshot: TufSnapshot;
  readonly targets: TufTargets;
}

export function trustRootContent(chain: Chain, { files, fetched }: Pick<CachedContent, "files" | "fetched">): TrustRootContent {
  const { root, timestamp, snapshot, targets } = chain;
  return {
    targets: files,
    versions: { root: root.version, timestamp: timestamp.version, snapshot: snapshot.version, targets: targets.version },
    fetched,
    expires: Math.min(root.expires, timestamp.expires, snapshot.expires, targets.expires),
  };
}
