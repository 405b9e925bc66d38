/** Bounds of the registry client, of layouts and of notary servers' content. */
export interface RegistryLimits {
  /** Repositories and kinds of access whose authorization is cached. `createRegistries` takes another value. */
  readonly grants: number;
  /** Challenges in one WWW-Authenticate header. */
  readonly challenges: number;
  /** Parameters of one challenge. */
  readonly challengeParameters: number;
  /** Bytes of a token service's response. */
  readonly tokenAnswerBytes: number;
  /** Bytes of a credential file. */
  readonly authFileBytes: number;
  /** Bytes that a credential helper may print. */
  readonly helperBytes: number;
  /** Milliseconds that a credential helper may take. */
  readonly helperTime: number;
  /** Characters of a parsed header: Link, WWW-Authenticate. */
  readonly headerLength: number;
  /** Bytes of a successful response whose body is not used. */
  readonly ignoredBytes: number;
  /** Bytes of a blob that is hashed at once; a larger one is hashed as it arrives. */
  readonly smallBlobBytes: number;
  /** Errors of a registry that one message quotes. */
  readonly errorQuotes: number;
  /** Errors in one answer of a registry. */
  readonly errors: number;
  /** Pages of one listing of referrers, and their bytes. */
  readonly referrerPages: number;
  readonly referrerBytes: number;
  /** Pages of one listing of tags. */
  readonly tagPages: number;
  /** Tags of one page. */
  readonly tagsPerPage: number;
  /** Bytes of one page of tags. */
  readonly tagPageBytes: number;
  /** Tries to write a listing of referrers under a tag before it is a conflict. */
  readonly listingTries: number;
  /** Tries to send a manifest whose blobs the registry does not find. */
  readonly manifestTries: number;
  /** Broken connections of one download. */
  readonly downloadBreaks: number;
  /** Tries to start one upload. */
  readonly uploadTries: number;
  /** Bytes of a blob that is sent without checking first whether the registry has it. */
  readonly unaskedBytes: number;
  /** Bytes of one chunk of an upload, if the registry requires large ones. */
  readonly chunkBytes: number;
  /** Bytes of a response to a probe that writes. */
  readonly doctorAnswerBytes: number;
  /** Bytes of a response to a probe that reads. */
  readonly doctorProbeBytes: number;
  /** Entries of a layout in an archive. */
  readonly archiveHeaders: number;
  /** Bytes of an extended header of an archive. */
  readonly archiveExtendedBytes: number;
  /** Bytes of the file `oci-layout`. */
  readonly layoutMarkerBytes: number;
  /** Tries to write the index of a layout before it is a conflict. */
  readonly layoutTries: number;
  /** Levels of a folder of trust data. */
  readonly trustFolderDepth: number;
  /** Folders in a folder of trust data. */
  readonly trustFolders: number;
  /** Entries of one folder of trust data. */
  readonly trustFolderEntries: number;
  /** Bytes of one file of trust data. notary allows 100 MiB; a repository of 100,000 signed tags needs about 20, and a refused file is lost. */
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
  /** Tries to read trust data that changes meanwhile. */
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
  smallBlobBytes: 1024 * 1024,
  errorQuotes: 3,
  errors: 100,
  referrerPages: 100,
  referrerBytes: 64 * 1024 * 1024,
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
