/** Bounds of the command line. */
export interface CommandLimits {
  /** Bytes of a server's certificate chain or key. */
  readonly pemBytes: number;
  /** Milliseconds for requests in progress to finish when a server is interrupted. */
  readonly drainTime: number;
  /** References, files or keys that one command names. */
  readonly operands: number;
  /** Files that one trusted root is imported from. */
  readonly importedFiles: number;
  /** Operations of one command that run at the same time. */
  readonly concurrent: number;
  /** Characters of a media type. */
  readonly mediaTypeLength: number;
  /** Bytes of a password on stdin. */
  readonly passwordBytes: number;
  /** Bytes of a file that lists repositories. */
  readonly listBytes: number;
  /** Repositories that one archive of trust data saves. */
  readonly savedRepositories: number;
}

export const commandLimits: CommandLimits = {
  pemBytes: 1024 * 1024,
  drainTime: 5000,
  operands: 1000,
  importedFiles: 16,
  concurrent: 16,
  mediaTypeLength: 1000,
  passwordBytes: 64 * 1024,
  listBytes: 1024 * 1024,
  savedRepositories: 20_000,
};
