/** Renders errors as text. */
import { asTouchmarkError, type TouchmarkError } from "../../core/errors.ts";
import type { Io } from "../io.ts";
import { hintFor } from "./remedies.ts";
import { clean, problem } from "./text.ts";

/** `error:` with an optional prefix, then `hint:`; a stack trace only if the user asks for it. */
export function renderError(thrown: unknown, env: Io["env"], what?: string): string {
  const error = asTouchmarkError(thrown);
  const message = what === undefined || error.message.startsWith(nameOf(what)) ? error.message : `${what}: ${error.message}`;
  const debugged = env["TOUCHMARK_DEBUG"] === "1" ? `${trace(error)}\n` : "";
  return problem("error", message, hintFor(error)) + debugged;
}

/** The reference without its tag or digest: a message that begins with it need not be told what it is about. */
function nameOf(reference: string): string {
  return `${reference.replace(/(?::[^/:@]+)?(?:@[^@]+)?$/, "")} `;
}

/** The stack trace without the untrusted messages: the first is shown above, the cause's in one line. */
function trace({ code, stack, cause }: TouchmarkError): string {
  const locations = (text = ""): string[] => text.split("\n").filter((line) => /^ {4}at /.test(line));
  const because = cause instanceof Error ? [`caused by: ${cause.message}`, ...locations(cause.stack)] : [];
  return [`code: ${code}`, ...locations(stack), ...because].map((line) => clean(line, 2000)).join("\n");
}
