/**
 * Docker's credential helpers (docker/docker-credential-helpers, README): `docker-credential-NAME get` reads the
 * registry from stdin and writes
 *
 *     {"ServerURL":TEXT,"Username":TEXT,"Secret":TEXT}
 */
import { execFile } from "node:child_process";
import { decodeUtf8 } from "../../core/bytes.ts";
import { childEnvironment } from "../../core/child-environment.ts";
import { asTouchmarkError, TouchmarkError, type ErrorDetails } from "../../core/errors.ts";
import { Fields, parseJson } from "../../core/json/json.ts";
import { interruption, throwIfAborted } from "../../core/async/interruption.ts";
import { helperKeyOf } from "../address.ts";
import type { Credential } from "./credential.ts";
import { registryLimits } from "../limits.ts";

export interface HelperSurroundings {
  /** The environment of this process. Its PATH locates the helper, which gets what a helper needs of it and no other secret. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

const grammar = /^[A-Za-z0-9._-]+$/;
/** The helper's output on stdout if it has no credential; it exits with 1. */
const notFound = "credentials not found in native keychain";
/** The variables of the services that helpers log in to, and of the stores that they read. */
const accounts = ["AWS_", "AZURE_", "ACR_", "GOOGLE_", "CLOUDSDK_", "GCLOUD_", "IBMCLOUD_", "OCI_", "DOCKER_", "PASSWORD_STORE_"];
/** The user name that marks the secret as an identity token. */
const tokenUser = "<token>";

/** A helper that cannot be asked, or whose answer cannot be used. An image that anybody may read needs no credential. */
export class HelperFailed extends TouchmarkError {
  constructor(message: string, details?: ErrorDetails) {
    super("UNAUTHORIZED", message, details);
  }
}

/** The failure of a helper as a value, for callers that may go on without; throws every other error. */
export async function orHelperFailed<T>(asking: Promise<T>): Promise<T | HelperFailed> {
  try {
    return await asking;
  } catch (error) {
    if (error instanceof HelperFailed) return error;
    throw error;
  }
}

/** Undefined if the helper has no credential for this registry. Throws HelperFailed; its output is in no message. */
export async function askHelper(name: string, registry: string, surroundings: HelperSurroundings): Promise<Credential | undefined> {
  if (!grammar.test(name)) throw new HelperFailed(`${JSON.stringify(name.slice(0, 60))} is not the name of a credential helper`);
  const program = `docker-credential-${name}`;
  const own = `${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, "_")}_`;
  const env = childEnvironment(surroundings.env, [...accounts, own]);
  const output = await run(program, helperKeyOf(registry), { ...surroundings, env });
  if (output === undefined || output.length === 0) return undefined;
  return readAnswer(output, program);
}

function readAnswer(output: Uint8Array, program: string): Credential | undefined {
  const what = `the answer of ${program}`;
  try {
    const answer = new Fields(parseJson(output, what), what);
    const username = answer.string("Username");
    const secret = answer.string("Secret");
    if (username === "" && secret === "") return undefined;
    if (username === tokenUser) return { kind: "identity", token: secret, source: program };
    return { kind: "password", username, password: secret, source: program };
  } catch (error) {
    throw new HelperFailed(asTouchmarkError(error).message, { cause: error });
  }
}

function run(program: string, key: string, { env, signal }: HelperSurroundings): Promise<Uint8Array | undefined> {
  throwIfAborted(signal);
  const options = { env, signal, timeout: registryLimits.helperTime, maxBuffer: registryLimits.helperBytes, encoding: "buffer" } as const;
  return new Promise((resolve, reject) => {
    const child = execFile(program, ["get"], options, (error, stdout) => {
      if (error === null) return resolve(stdout);
      if (signal.aborted) return reject(interruption(signal));
      if (error.code === 1 && isNotFound(stdout)) return resolve(undefined);
      const what =
        error.code === "ENOENT" ? "is not on the PATH" : `failed (${error.killed ? "it took too long" : (error.code ?? "killed")})`;
      const hint = `Try it by hand: echo ${key} | ${program} get`;
      return reject(new HelperFailed(`the credential helper ${program} ${what}`, { hint }));
    });
    child.stdin?.on("error", () => {}); // a helper may ignore its input; only its output counts
    child.stdin?.end(key);
  });
}

function isNotFound(stdout: Uint8Array): boolean {
  try {
    return decodeUtf8(stdout).trim() === notFound;
  } catch {
    return false;
  }
}
