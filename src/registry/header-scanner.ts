/** Scans a header's value from left to right, by the tokens of RFC 9110, section 5.6. */
import { trimBlanks } from "../core/ascii.ts";
import { malformed, TouchmarkError } from "../core/errors.ts";
import { printableText } from "../core/printable.ts";
import { registryLimits } from "./limits.ts";

const whitespace = /[ \t]*/y;
const token = /[!#$%&'*+\-.^_`|~0-9A-Za-z]+/y;
const quoted = /"(?:[\t \x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t\x20-\x7e\x80-\xff])*"/y;

export class HeaderScanner {
  readonly #text: string;
  readonly #name: string;
  #at = 0;

  constructor(text: string, name: string) {
    if (text.length > registryLimits.headerLength)
      throw new TouchmarkError("LIMIT_EXCEEDED", `the ${name} header is longer than ${registryLimits.headerLength} characters`);
    this.#text = trimBlanks(text);
    this.#name = name;
  }

  get atEnd(): boolean {
    return this.#at === this.#text.length;
  }

  /** Consumes a match of the sticky pattern; consumes nothing and returns undefined if it does not match. */
  take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const [match] = pattern.exec(this.#text) ?? [];
    this.#at += match?.length ?? 0;
    return match;
  }

  skipWhitespace(): boolean {
    return this.take(whitespace) !== "";
  }

  token(): string | undefined {
    return this.take(token);
  }

  /** A token, or a quoted string without its quotes and escapes. */
  value(): string | undefined {
    return this.token() ?? this.take(quoted)?.slice(1, -1).replaceAll(/\\(.)/g, "$1");
  }

  /** Runs `read`, and goes back to the start if it returns undefined. */
  attempt<T>(read: () => T | undefined): T | undefined {
    const start = this.#at;
    const result = read();
    if (result === undefined) this.#at = start;
    return result;
  }

  /** Returns the error for an invalid header at this position. */
  malformed(): TouchmarkError {
    const rest = printableText(this.#text.slice(this.#at), 60);
    return malformed(`the ${this.#name} header cannot be read at character ${this.#at}: ${JSON.stringify(rest)}`);
  }
}
