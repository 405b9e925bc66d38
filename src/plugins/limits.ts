/** Bounds of other programs that are run. */
export interface PluginLimits {
  /** Bytes of the answer of a plugin. */
  readonly answerBytes: number;
  /** Milliseconds that a plugin may take. */
  readonly answerTime: number;
  /** Bytes that a program may print of what went wrong. */
  readonly complaintBytes: number;
  /** Texts in one list of what a plugin says of itself. */
  readonly metadataTexts: number;
  /** Characters of a version. */
  readonly versionLength: number;
}

export const pluginLimits: PluginLimits = {
  answerBytes: 64 * 1024 * 1024,
  answerTime: 120_000,
  complaintBytes: 64 * 1024,
  metadataTexts: 100,
  versionLength: 100,
};
