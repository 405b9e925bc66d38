/**
 * Runs one plugin command (Notary Project, plugin-extensibility, "Plugin contract"): `notation-NAME COMMAND`, a JSON request on
 * stdin, a JSON response on stdout. If it fails with status 1, stderr contains
 *
 *     {"errorCode":TEXT,"errorMessage":TEXT,"errorMetadata"?:{…}}
 */
import { encodeUtf8 } from "../../core/bytes.ts";
import { TouchmarkError, type Code, type Remedy } from "../../core/errors.ts";
import { Fields, parseJson, type JsonObject } from "../../core/json/json.ts";
import { printableText } from "../../core/printable.ts";
import type { Plugin } from "./find-plugin.ts";
import { runProgram } from "../run-program.ts";
import { pluginLimits } from "../limits.ts";

export type PluginCommand = "get-plugin-metadata" | "describe-key" | "generate-signature" | "generate-envelope" | "verify-signature";

export interface PluginSurroundings {
  /** The environment of this process; touchmark's own secrets are removed. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

export const contractVersion = "1.0";
/** Passwords, tokens and settings of signing tools: a plugin has its own. */
const ours = /^(?:TOUCHMARK|COSIGN|SIGSTORE|ACTIONS_ID_TOKEN|NODE)_/i;

/** Returns the plugin's response. Throws the plugin's error, PLUGIN_FAILED, MALFORMED, LIMIT_EXCEEDED or TIMEOUT. */
export async function runPluginCommand(
  { name, path }: Plugin,
  command: PluginCommand,
  request: JsonObject,
  { env, signal }: PluginSurroundings,
): Promise<Fields> {
  const what = `the plugin ${name}`;
  const { status, stdout, stderr } = await runProgram({
    name: what,
    path,
    command,
    input: encodeUtf8(JSON.stringify({ contractVersion, ...request })),
    env: Object.fromEntries(Object.entries(env).filter(([variable]) => !ours.test(variable))),
    maxOutput: pluginLimits.answerBytes,
    maxTime: pluginLimits.answerTime,
    signal,
  });
  if (status !== 0) throw refusal(`${what} failed at ${command}`, status, stderr);
  const answer = `the answer of ${what} to ${command}`;
  return new Fields(parseJson(stdout, answer, { maxBytes: pluginLimits.answerBytes }), answer);
}

interface Meaning {
  readonly code: Code;
  readonly hint: string;
  readonly remedy?: Remedy;
}
const meanings: ReadonlyMap<string, Meaning> = new Map([
  [
    "VALIDATION_ERROR",
    { code: "PLUGIN_FAILED", hint: "Check the key's id and the plugin's configuration.", remedy: { id: "check-plugin-key" } },
  ],
  ["UNSUPPORTED_CONTRACT_VERSION", { code: "UNSUPPORTED", hint: `Install a release of the plugin for contract ${contractVersion}.` }],
  ["ACCESS_DENIED", { code: "UNAUTHORIZED", hint: "Log in to what keeps the key, as the plugin's publisher says." }],
  ["TIMEOUT", { code: "TIMEOUT", hint: "Try again; if it persists, ask the operator of the key service." }],
  ["THROTTLED", { code: "RATE_LIMITED", hint: "Wait and try again." }],
]);

/** Quotes stderr only if it has the contract's error, and only its message. */
function refusal(what: string, status: number | null, stderr: Uint8Array): TouchmarkError {
  const failure = status === 1 ? readError(stderr) : undefined;
  if (!failure) return new TouchmarkError("PLUGIN_FAILED", `${what} (${status === null ? "it was killed" : `status ${status}`})`);
  const { code = "PLUGIN_FAILED", ...details } = meanings.get(failure.code) ?? {};
  const words = [printableText(failure.code, 50), printableText(failure.message, 500)].filter(Boolean).join(": ");
  return new TouchmarkError(code, `${what}, saying ${words}`, details);
}

function readError(stderr: Uint8Array): { readonly code: string; readonly message: string } | undefined {
  try {
    const fields = new Fields(parseJson(stderr, "the error"), "the error");
    return { code: fields.string("errorCode"), message: fields.optionalString("errorMessage") ?? "" };
  } catch {
    return undefined;
  }
}
