/**
 * A flag of a command: its spelling, its help, and the value that `run` receives. A command declares its flags as camelCase properties:
 * `trustedRoot: flag.strings({ … })` is written `--trusted-root`. The kind determines the value's type.
 */
import { usageError } from "../usage-error.ts";
import { parseDuration, type Duration } from "./duration.ts";

export interface Flag<T = unknown> extends FlagText {
  /** Placeholder of its value; a flag without one is boolean. `a|b` is a choice; FILE, KEY, PREFIX and DIR are paths. */
  readonly value?: string;
  /** The possible values, if they are too many for a placeholder. */
  readonly choices?: readonly string[];
  readonly repeatable?: boolean;
  /** Reads the given texts, in order; `spelling` names the flag in messages. Throws USAGE. */
  readonly read: (given: readonly string[], spelling: string) => T;
}

export interface FlagText {
  readonly summary: string;
  /** A letter that is written after one dash. */
  readonly short?: string;
  /** The flag works, but is neither shown in help nor completed. */
  readonly hidden?: boolean;
  /** Former names, without dashes, which still work. */
  readonly oldNames?: readonly string[];
}

/** The flags of a command, by property name. */
export type Flags = Readonly<Record<string, Flag>>;

/** The flags whose values are `T`: `registryFlags: FlagsOf<RegistryArgs>`. */
export type FlagsOf<T> = { readonly [K in keyof T]-?: Flag<T[K]> };

/** The values of the flags. */
export type ValuesOf<F extends Flags> = { readonly [K in keyof F]: F[K] extends Flag<infer T> ? T : never };

/** KEY=VALUE pairs, as given by a flag that may be repeated. */
export type Pairs = Readonly<Record<string, string>>;

interface ValueText extends FlagText {
  /** Placeholder. */
  readonly value: string;
}

interface DurationText extends ValueText {
  /** The unit of a bare number; without one, a bare number is refused. */
  readonly bare?: "s";
}

/** The kinds of flags. */
interface FlagKinds {
  /** On or off: `--force`, `--force=true`, `--force=false`. */
  boolean(text: FlagText): Flag<boolean>;
  /** One value; undefined if the flag is not given. */
  string(text: ValueText): Flag<string | undefined>;
  /** Any number of values; the flag is repeated for each. */
  strings(text: ValueText): Flag<readonly string[]>;
  /** One of these; undefined if the flag is not given and has no default. */
  choice<const T extends string>(choices: readonly T[], text: ChoiceText & { readonly default: T }): Flag<T>;
  choice<const T extends string>(choices: readonly T[], text: ChoiceText): Flag<T | undefined>;
  /** Any of these, by several flags or separated by commas. */
  choices<const T extends string>(choices: readonly T[], text: ChoicesText): Flag<readonly T[]>;
  /** A duration such as `90s`; undefined if the flag is not given and has no default. */
  duration(text: DurationText & { readonly default: string }): Flag<Duration>;
  duration(text: DurationText): Flag<Duration | undefined>;
  /** KEY=VALUE, any number of times; `what` names one in messages: `an annotation`. */
  pairs(text: ValueText & { readonly what: string }): Flag<Pairs>;
}

interface ChoicesText extends FlagText {
  /** Hints for values that a person may expect and that are not among the choices. */
  readonly hints?: Readonly<Record<string, string>>;
}

interface ChoiceText extends FlagText {
  /** The placeholder, in place of all choices. */
  readonly value?: string;
}

export const flag: FlagKinds = {
  boolean: (text) => ({ ...text, read: readBoolean }),
  string: (text) => ({ ...text, read: (given) => given.at(-1) }),
  strings: (text) => ({ ...text, repeatable: true, read: (given) => given }),
  choice: choiceFlag,
  choices: (choices, { hints = {}, ...text }) => ({
    ...text,
    value: choices.join("|"),
    repeatable: true,
    read: (given, spelling) => given.flatMap((value) => value.split(",")).map((value) => oneOf(spelling, value, choices, hints)),
  }),
  duration: durationFlag,
  pairs: ({ what, ...text }) => ({ ...text, repeatable: true, read: (given) => parsePairs(given, what) }),
};

/** The spelling of a flag: `--trusted-root` for `trustedRoot`. */
export function spell(property: string): string {
  return `--${property.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** The spelling of the first flag that is given; undefined if none is. */
export function firstGiven<T extends object>(args: T, properties: readonly (keyof T & string)[]): string | undefined {
  const found = properties.find((property) => isGiven(args[property]));
  return found === undefined ? undefined : spell(found);
}

function isGiven(value: unknown): boolean {
  if (typeof value === "object" && value !== null) return Object.keys(value).length > 0;
  return value !== undefined && value !== false;
}

function readBoolean(given: readonly string[], spelling: string): boolean {
  const last = given.at(-1);
  if (last === undefined || last === "false") return false;
  if (last === "" || last === "true") return true;
  throw usageError(`${spelling} takes no value, or true or false; found ${JSON.stringify(last)}`);
}

function choiceFlag<T extends string>(choices: readonly T[], text: ChoiceText & { readonly default: T }): Flag<T>;
function choiceFlag<T extends string>(choices: readonly T[], text: ChoiceText): Flag<T | undefined>;
function choiceFlag<T extends string>(choices: readonly T[], text: ChoiceText & { readonly default?: T }): Flag<T | undefined> {
  const { default: usual, value = choices.join("|"), ...rest } = text;
  const read = ([given = usual]: readonly string[], spelling: string): T | undefined =>
    given === undefined ? undefined : oneOf(spelling, given, choices);
  return { ...rest, value, choices, read };
}

function durationFlag(text: DurationText & { readonly default: string }): Flag<Duration>;
function durationFlag(text: DurationText): Flag<Duration | undefined>;
function durationFlag({ default: usual, bare, ...text }: DurationText & { readonly default?: string }): Flag<Duration | undefined> {
  const read = ([given = usual]: readonly string[], spelling: string): Duration | undefined =>
    given === undefined ? undefined : parseDuration(bare !== undefined && /^\d{1,6}$/.test(given) ? given + bare : given, spelling);
  return { ...text, read };
}

function oneOf<T extends string>(spelling: string, value: string, choices: readonly T[], hints: Readonly<Record<string, string>> = {}): T {
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  throw usageError(
    `${spelling} is one of ${choices.join(", ")}; found ${JSON.stringify(value)}`,
    Object.hasOwn(hints, value) ? hints[value] : undefined,
  );
}

function parsePairs(given: readonly string[], what: string): Pairs {
  const pairs = given.map((text): [string, string] => {
    const equals = text.indexOf("=");
    if (equals < 1) throw usageError(`${what} is KEY=VALUE; found ${JSON.stringify(text)}`);
    return [text.slice(0, equals), text.slice(equals + 1)];
  });
  const record = Object.fromEntries(pairs);
  const twice = pairs.find(([key, value]) => record[key] !== value);
  if (twice) throw usageError(`${what}, ${twice[0]}, is given two values`);
  return record;
}
