/** The log of a server: requests that failed, and what its operator should know of. Never a body, a query, a header or a credential. */
import { formatInstant, type Instant } from "../../core/instant.ts";
import { printableText } from "../../core/printable.ts";
import { asTouchmarkError, TouchmarkError } from "../../core/errors.ts";
import { serverLimits, type ServerLimits } from "./limits.ts";
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

export interface FailureLogging {
  readonly log: ServerLog;
  readonly request: ApiRequest;
  /** The status that is or was sent. */
  readonly status: number;
  readonly limits?: Pick<ServerLimits, "logLineLength" | "logStackLength" | "logCauses">;
}

/** Logs the error that led to a 5xx response, or cut off a response. */
export function logFailure(error: unknown, { log, request: { id, method, path }, status, limits = serverLimits }: FailureLogging): void {
  const message = `${status < 500 ? "the response was cut off: " : ""}${asTouchmarkError(error).message}`;
  writeEntry(log, {
    level: "error",
    message: printableText(withoutCredentials(message), limits.logLineLength),
    request: { id, method, path: printablePath(path, limits.logLineLength) },
    status,
    code: codeOf(error),
    ...(!isExpected(error) && { stack: linesOf(withoutCredentials(stackOf(error, limits)), limits) }),
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

function entryText({ level, message, request, status, code, stack }: LogRecord, at: Instant): string {
  const fields = { request: request?.id, method: request?.method, path: request?.path, status, code };
  const named = Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]));
  // Indented, so that no line of an error's message looks like an entry of the log.
  const lines = stack === undefined ? [] : stack.split("\n").map((line) => `    ${line}`);
  return `${[[formatInstant(at), level, message, ...named].join(" "), ...lines].join("\n")}\n`;
}

/** A proxy's client may send a whole URL, with credentials, as the path. */
function printablePath(path: string, max: number): string {
  return printableText(path.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, ""), max).replaceAll(" ", "%20");
}

function isExpected(error: unknown): boolean {
  return error instanceof TouchmarkError && error.code !== "INTERNAL";
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? printableText(code, 100) : asTouchmarkError(error).code;
}

function linesOf(stack: string, { logLineLength, logStackLength }: Pick<ServerLimits, "logLineLength" | "logStackLength">): string {
  const lines = stack.slice(0, logStackLength).split(/[\n\r\u2028\u2029]+/);
  return lines.map((line) => printableText(line, logLineLength)).join("\n");
}

function stackOf(error: unknown, { logCauses }: Pick<ServerLimits, "logCauses">): string {
  const stacks: string[] = [];
  for (let each = error; each instanceof Error && stacks.length <= logCauses; each = each.cause) stacks.push(each.stack ?? String(each));
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
