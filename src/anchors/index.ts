/** Trust from files, and from the repositories that keep trust roots. */
export { readPublicKey, readTrust, type KeyFileOptions } from "./key-files.ts";
export { openRoots, type OpenedRoots, type RootsOptions } from "./roots/open-roots.ts";
export { factGatherer, type GatherOptions } from "./revocation/gather-facts.ts";
export { revocationFolder } from "./revocation/kept-list.ts";
export { folderOf } from "./tuf/kept.ts";
export { readTrustRoot, type ReadOptions } from "./tuf/read.ts";
export { updateTrustRoot, type UpdateOptions } from "./tuf/update.ts";
export type { TrustRootContent } from "./tuf/content.ts";
