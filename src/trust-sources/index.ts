/** Trust sources: key files, TUF repositories, sigstore instances and Notary Project trust stores. */
export { readPublicKeyFile, readKeyDocument, type KeyFileOptions } from "./key-files.ts";
export { openRoots, type OpenedRoots, type RootsOptions } from "./sigstore/open-roots.ts";
export { factGatherer, type GatherOptions } from "../facts/revocation/gather-facts.ts";
export { revocationFolder } from "../facts/revocation/cached-list.ts";
export { folderOf } from "./tuf/cache-entry.ts";
export { readTrustRoot, type ReadTrustRootOptions } from "./tuf/read.ts";
export { updateTrustRoot, type UpdateOptions } from "./tuf/update.ts";
export type { TrustRootContent } from "./tuf/content.ts";
