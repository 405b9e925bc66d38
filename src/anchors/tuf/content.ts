/** What a TUF repository holds, verified down to the bytes of its targets. */
import type { Instant } from "../../core/instant.ts";
import type { Role } from "./document.ts";
import type { Root, Snapshot, Targets, Timestamp } from "./metadata.ts";
import { requireFresh } from "./workflow.ts";

export interface TrustRootContent {
  /** Bytes by the target's name. */
  readonly targets: ReadonlyMap<string, Uint8Array>;
  readonly versions: Readonly<Record<Role, number>>;
  /** When the first of the four documents does; from then on it has to be updated. */
  readonly expires: Instant;
}

export interface Chain {
  readonly root: Root;
  readonly timestamp: Timestamp;
  readonly snapshot: Snapshot;
  readonly targets: Targets;
}

/** Throws TRUST_ROOT_EXPIRED if any of the documents is. */
export function contentOf(
  { root, timestamp, snapshot, targets }: Chain,
  files: ReadonlyMap<string, Uint8Array>,
  at: Instant,
): TrustRootContent {
  const documents = [root, timestamp, snapshot, targets];
  for (const document of documents) requireFresh(document, at);
  return {
    targets: files,
    versions: { root: root.version, timestamp: timestamp.version, snapshot: snapshot.version, targets: targets.version },
    expires: Math.min(...documents.map(({ expires }) => expires)),
  };
}
