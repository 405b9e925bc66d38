/** Returns the request id: the client's `X-Request-Id` if it is short and has safe characters, else a generated one. */

/** Characters that are safe in a log line, a header and a JSON string. */
const safe = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/;

export function requestIdOf(sent: string | undefined, fresh: () => string): string {
  return sent !== undefined && safe.test(sent) ? sent : fresh();
}
