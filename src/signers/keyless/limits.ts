/** Bounds of identity tokens and their providers. */
export interface KeylessLimits {
  /** Bytes of the response of an issuer or an identity service. */
  readonly answerBytes: number;
  /** Bytes of a file that holds a token. */
  readonly tokenFileBytes: number;
  /** Characters of a token. */
  readonly tokenLength: number;
  /** Levels of the JSON in a token. */
  readonly tokenDepth: number;
  /** Audiences of a token. */
  readonly audiences: number;
  /** Milliseconds that a program that prints a token may take. */
  readonly programTime: number;
  /** Bytes that it may print. */
  readonly programBytes: number;
}

export const keylessLimits: KeylessLimits = {
  answerBytes: 64 * 1024,
  tokenFileBytes: 64 * 1024,
  tokenLength: 16 * 1024,
  tokenDepth: 16,
  audiences: 20,
  programTime: 30_000,
  programBytes: 64 * 1024,
};
