/** Request ids: the client's `X-Request-Id` where it is short and harmless, else one of our own. */

/** Nothing that could break out of a log line, a header or a JSON string. */
const safe = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/;

export function requestIdOf(sent: string | undefined, fresh: () => string): string {
  return sent !== undefined && safe.test(sent) ? sent : fresh();
}
