/** Bounds of plugins and other programs. */
export interface PluginLimits {
  /** Bytes of a plugin's response. */
  readonly answerBytes: number;
  /** Timeout of a plugin in milliseconds. */
  readonly answerTime: number;
  /** Milliseconds after a program's end until its output counts as complete, though another process still holds it open. */
  readonly drainTime: number;
  /** Bytes of a program's stderr. */
  readonly stderrBytes: number;
  /** Texts in one list of a plugin's metadata. */
  readonly metadataTexts: number;
  /** Certificates of a plugin's key. */
  readonly chain: number;
  /** Characters of a version. */
  readonly versionLength: number;
}

export const pluginLimits: PluginLimits = {
  answerBytes: 64 * 1024 * 1024,
  answerTime: 120_000,
  drainTime: 100,
  stderrBytes: 64 * 1024,
  metadataTexts: 100,
  chain: 16,
  versionLength: 100,
};
