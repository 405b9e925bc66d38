/** Bounds of the command line. */
export interface CommandLimits {
  /** Bytes of a server's certificate chain or key. */
  readonly pemBytes: number;
  /** Milliseconds for requests in progress to finish when a server is interrupted. */
  readonly drainTime: number;
  /** Repositories of one `dct save`. */
  readonly repositories: number;
}

export const commandLimits: CommandLimits = {
  pemBytes: 1024 * 1024,
  drainTime: 5000,
  repositories: 1000,
};
