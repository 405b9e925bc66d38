/** Bounds of the registry client, of layouts and of what notary servers give. */
export interface RegistryLimits {
  /** Repositories and kinds of access whose authorization is kept. `createRegistries` takes another. */
  readonly grants: number;
  /** Challenges in one WWW-Authenticate header. */
  readonly challenges: number;
  /** Parameters of one challenge. */
  readonly challengeParameters: number;
  /** Bytes of the answer of a token service. */
  readonly tokenAnswerBytes: number;
  /** Bytes of a file of credentials. */
  readonly authFileBytes: number;
  /** Bytes that a credential helper may print. */
  readonly helperBytes: number;
  /** Milliseconds that a credential helper may take. */
  readonly helperTime: number;
  /** Characters of a header that is read: Link, WWW-Authenticate. */
  readonly headerLength: number;
  /** Bytes of a good answer whose body says nothing that is used. */
  readonly ignoredBytes: number;
  /** Errors of a registry that one message quotes. */
  readonly errorQuotes: number;
  /** Errors in one answer of a registry. */
  readonly errors: number;
  /** Pages of one listing of referrers. */
  readonly referrerPages: number;
  /** Pages of one listing of tags. */
  readonly tagPages: number;
  /** Tags of one page. */
  readonly tagsPerPage: number;
  /** Bytes of one page of tags. */
  readonly tagPageBytes: number;
  /** How often a listing of referrers under a tag is written before the other writers are said to have won. */
  readonly listingTries: number;
  /** How often a manifest is sent whose blobs the registry does not find. */
  readonly manifestTries: number;
  /** How often the connection of one download may break. */
  readonly downloadBreaks: number;
  /** How often one upload is begun. */
  readonly uploadTries: number;
  /** Bytes of a blob that is sent without asking first whether it is there. */
  readonly unaskedBytes: number;
  /** Bytes of one chunk of an upload, where the registry wants large ones. */
  readonly chunkBytes: number;
  /** Bytes of an answer to a probe that writes. */
  readonly doctorAnswerBytes: number;
  /** Bytes of an answer to a probe that reads. */
  readonly doctorProbeBytes: number;
  /** Entries of a layout in an archive. */
  readonly archiveHeaders: number;
  /** Bytes of an extended header of an archive. */
  readonly archiveExtendedBytes: number;
  /** Bytes of the file `oci-layout`. */
  readonly layoutMarkerBytes: number;
  /** How often the index of a layout is written before the other writers are said to have won. */
  readonly layoutTries: number;
  /** Levels of a folder of trust data. */
  readonly trustFolderDepth: number;
  /** Folders in a folder of trust data. */
  readonly trustFolders: number;
  /** Entries of one folder of trust data. */
  readonly trustFolderEntries: number;
  /** Bytes of one file of trust data. notary allows 100 MiB; a repository of 100,000 signed tags needs about 20, and what is not saved is lost. */
  readonly trustFileBytes: number;
  /** Signatures in one file of trust data. */
  readonly trustSignatures: number;
  /** Characters of the expiry in a file of trust data. */
  readonly trustExpiresLength: number;
  /** Roles that the snapshot of one repository may name. */
  readonly trustRoles: number;
  /** Versions of the root of one repository before the current one. */
  readonly trustRoots: number;
  /** Bytes of all trust data of one repository. */
  readonly trustBytes: number;
  /** How often trust data is read that changes meanwhile. */
  readonly trustReads: number;
  /** Characters of the name of a role. */
  readonly roleLength: number;
  /** Certificates in one key of a root file. */
  readonly rootCertificates: number;
  /** Names of a root that one message shows. */
  readonly rootNames: number;
  /** Bytes of the files of one archive of trust data. */
  readonly savedBytes: number;
  /** Files of one archive of trust data; readers of archives take 50,000 entries. */
  readonly savedFiles: number;
}

export const registryLimits: RegistryLimits = {
  grants: 1000,
  challenges: 8,
  challengeParameters: 16,
  tokenAnswerBytes: 64 * 1024,
  authFileBytes: 1024 * 1024,
  helperBytes: 64 * 1024,
  helperTime: 30_000,
  headerLength: 8 * 1024,
  ignoredBytes: 64 * 1024,
  errorQuotes: 3,
  errors: 100,
  referrerPages: 100,
  tagPages: 1000,
  tagsPerPage: 100_000,
  tagPageBytes: 16 * 1024 * 1024,
  listingTries: 10,
  manifestTries: 3,
  downloadBreaks: 5,
  uploadTries: 3,
  unaskedBytes: 16 * 1024,
  chunkBytes: 64 * 1024 * 1024,
  doctorAnswerBytes: 1024 * 1024,
  doctorProbeBytes: 64 * 1024,
  archiveHeaders: 50_000,
  archiveExtendedBytes: 64 * 1024,
  layoutMarkerBytes: 4096,
  layoutTries: 10,
  trustFolderDepth: 32,
  trustFolders: 50_000,
  trustFolderEntries: 20_000,
  trustFileBytes: 64 * 1024 * 1024,
  trustSignatures: 1000,
  trustExpiresLength: 64,
  trustRoles: 1000,
  trustRoots: 256,
  trustBytes: 256 * 1024 * 1024,
  trustReads: 2,
  roleLength: 255,
  rootCertificates: 16,
  rootNames: 3,
  savedBytes: 1024 * 1024 * 1024,
  savedFiles: 45_000,
};
