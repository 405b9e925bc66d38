/** The log of a server: requests that failed, and what its operator should know of. Never a body, a query, a header or a credential. */
import { formatInstant, type Instant } from "../../core/instant.ts";
import { printableText } from "../../core/printable.ts";
import { asTouchmarkError, TouchmarkError } from "../../core/errors.ts";
import type { ApiRequest } from "./request.ts";

export interface LogRecord {
  readonly level: "info" | "warning" | "error";
  readonly message: string;
  /** The request that failed; the path has no query. */
  readonly request?: Pick<ApiRequest, "id" | "method" | "path">;
  /** The HTTP status of the response. */
  readonly status?: number;
  /** A code of the catalogue, or of the system, such as EIO. */
  readonly code?: string;
  /** The stack of an unexpected error, with those of its causes; several lines. */
  readonly stack?: string;
}

/** Takes an entry of the log. What it throws is ignored. */
export type ServerLog = (entry: LogRecord) => void;

/** Returns a log that writes one line of text for each entry, and the indented lines of its stack. */
export function textLog(write: (text: string) => void, clock: () => Instant): ServerLog {
  return (entry) => write(entryText(entry, clock()));
}

/** Writes to stderr. `console` ignores a closed pipe, which must not end a server. */
export const stderrLog: ServerLog = textLog((text) => console.error(text.trimEnd()), Date.now);

/** Logs the error that led to a 5xx response, or cut off a response. */
export function logFailure(log: ServerLog, error: unknown, { id, method, path }: ApiRequest, status: number): void {
  const message = `${status < 500 ? "the response was cut off: " : ""}${asTouchmarkError(error).message}`;
  writeEntry(log, {
    level: "error",
    message: printableText(withoutCredentials(message), maxMessage),
    request: { id, method, path: printablePath(path) },
    status,
    code: codeOf(error),
    ...(!isExpected(error) && { stack: withoutCredentials(stackOf(error)).slice(0, maxStack) }),
  });
}

/** A log that fails must not fail what it tells of. */
export function writeEntry(log: ServerLog, entry: LogRecord): void {
  try {
    log(entry);
  } catch {
    // There is nowhere to report it.
  }
}

/** Characters. */
const maxMessage = 1000;
const maxPath = 1000;
const maxStack = 16_000;
const maxCauses = 5;

function entryText({ level, message, request, status, code, stack }: LogRecord, at: Instant): string {
  const fields = { request: request?.id, method: request?.method, path: request?.path, status, code };
  const named = Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]));
  // Indented, so that no line of an error's message looks like an entry of the log.
  const lines = stack === undefined ? [] : stack.split(/[\n\r\u2028\u2029]+/).map((line) => `    ${printableText(line, maxMessage)}`);
  return `${[[formatInstant(at), level, message, ...named].join(" "), ...lines].join("\n")}\n`;
}

/** A proxy's client may send a whole URL, with credentials, as the path. */
function printablePath(path: string): string {
  return printableText(path.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, ""), maxPath).replaceAll(" ", "%20");
}

function isExpected(error: unknown): boolean {
  return error instanceof TouchmarkError && error.code !== "INTERNAL";
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? printableText(code, 100) : asTouchmarkError(error).code;
}

function stackOf(error: unknown): string {
  const stacks: string[] = [];
  for (let each = error; each instanceof Error && stacks.length < maxCauses; each = each.cause) stacks.push(each.stack ?? String(each));
  return stacks.join("\ncaused by: ");
}

/** Messages of the platform quote URLs and headers whole. */
function withoutCredentials(text: string): string {
  return text
    .replaceAll(/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/?#]*@/gi, "$1***@")
    .replaceAll(/\b(https?:\/\/[^\s?#"']*)[?#][^\s"']*/gi, "$1?***")
    .replaceAll(/\b(basic|bearer|negotiate)(\s+)[\w.~+/=-]+/gi, "$1$2***")
    .replaceAll(/\beyJ[\w-]*\.[\w-]+\.[\w-]*/g, "***");
}
