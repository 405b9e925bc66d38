/**
 * Parses a registry's authentication challenges (RFC 9110, section 11.6.1):
 *
 *     WWW-Authenticate: Bearer realm="https://auth.example.com/token",service="example.com",scope="repository:app:pull", Basic realm="x"
 */
import { TouchmarkError } from "../core/errors.ts";
import { HeaderScanner } from "./header-scanner.ts";
import { registryLimits } from "./limits.ts";

export interface Challenge {
  /** In lower case. */
  readonly scheme: string;
  /** Names in lower case. */
  readonly parameters: ReadonlyMap<string, string>;
}

type Parameter = readonly [name: string, value: string];

const commas = /[ \t]*(?:,[ \t]*)+/y;
const equals = /[ \t]*=[ \t]*/y;
const boundary = /(?=[ \t]*(?:,|$))/y;
const token68 = /[ \t]+[A-Za-z0-9\-._~+/]+=*(?=[ \t]*(?:,|$))/y;

/** Throws MALFORMED, or LIMIT_EXCEEDED past 8 KiB, 8 challenges or 16 parameters in one. */
export function parseChallenges(header: string): readonly Challenge[] {
  const scanner = new HeaderScanner(header, "WWW-Authenticate");
  const challenges: Challenge[] = [];
  scanner.take(commas);
  while (!scanner.atEnd) {
    const scheme = scanner.token();
    if (scheme === undefined) throw scanner.malformed();
    if (challenges.length === registryLimits.challenges) throw tooMany("challenges", registryLimits.challenges);
    challenges.push({ scheme: scheme.toLowerCase(), parameters: readParameters(scanner) });
    if (scanner.take(commas) === undefined && !scanner.atEnd) throw scanner.malformed();
  }
  return challenges;
}

function readParameters(scanner: HeaderScanner): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  let parameter = scanner.attempt(() => (scanner.skipWhitespace() ? readParameter(scanner) : undefined));
  if (parameter === undefined) scanner.take(token68); // as in Negotiate: not used here
  while (parameter !== undefined) {
    const [name, value] = parameter;
    if (parameters.has(name)) throw scanner.malformed();
    if (parameters.size === registryLimits.challengeParameters) throw tooMany("parameters", registryLimits.challengeParameters);
    parameters.set(name, value);
    parameter = scanner.attempt(() => (scanner.take(commas) === undefined ? undefined : readParameter(scanner)));
  }
  return parameters;
}

/** Parses `name=value` up to a comma or the end; undefined for something else, such as the next challenge. */
function readParameter(scanner: HeaderScanner): Parameter | undefined {
  const name = scanner.token();
  if (name === undefined || scanner.take(equals) === undefined) return undefined;
  const value = scanner.value();
  if (value === undefined || scanner.take(boundary) === undefined) return undefined;
  return [name.toLowerCase(), value];
}

function tooMany(what: string, limit: number): TouchmarkError {
  return new TouchmarkError("LIMIT_EXCEEDED", `the WWW-Authenticate header has more than ${limit} ${what}`);
}
