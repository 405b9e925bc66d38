/** The credentials that flags give, for the one registry that the command names. */
import { memoise } from "../../core/async/memoise.ts";
import { decodeUtf8, concat } from "../../core/bytes.ts";
import type { Credential } from "../../registry/credentials/credential.ts";
import { createCredentials, type Credentials } from "../../registry/credentials/credentials.ts";
import type { RegistryArgs } from "../flags/registry.ts";
import type { Io } from "../io.ts";
import { commandLimits } from "../limits.ts";
import { usageError } from "../usage-error.ts";

type CredentialArgs = Pick<RegistryArgs, "registryUsername" | "registryPassword" | "registryPasswordStdin" | "registryToken">;

/** Undefined without such flags. Other registries, as those of a base image, get what the user's files hold for them. Throws USAGE. */
export function flagCredentials(args: CredentialArgs, registries: readonly string[], io: Io): Credentials | undefined {
  const credential = credentialOf(args, io);
  if (!credential) return undefined;
  const named = new Set(registries);
  if (named.size !== 1) {
    throw usageError(
      `the credentials of the flags are for one registry, and ${named.size === 0 ? "none is named" : `several are named: ${[...named].join(", ")}`}`,
      "Log in to each with docker login or podman login.",
    );
  }
  const files = createCredentials(io);
  return {
    find: (registry, repository, signal) => (named.has(registry) ? credential(signal) : files.find(registry, repository, signal)),
  };
}

function credentialOf(args: CredentialArgs, io: Io): ((signal: AbortSignal) => Promise<Credential>) | undefined {
  const { registryUsername: username, registryPassword: password, registryPasswordStdin: fromStdin, registryToken: token } = args;
  const hasPassword = password !== undefined || fromStdin;
  if (token !== undefined) {
    if (username !== undefined || hasPassword) throw usageError("--registry-token and --registry-username exclude each other");
    return async () => ({ kind: "registry-token", token, source: "--registry-token" });
  }
  if (username === undefined) {
    if (hasPassword) throw usageError("a password for the registry needs a user name: --registry-username");
    return undefined;
  }
  if (password !== undefined && fromStdin) throw usageError("--registry-password and --registry-password-stdin exclude each other");
  if (!hasPassword) throw usageError("--registry-username needs a password: --registry-password-stdin");
  const reading = memoise(async (signal) => password ?? (await readPassword(io, signal)));
  return async (signal) => ({ kind: "password", username, password: await reading(signal), source: "--registry-username" });
}

/** Reads all of stdin; a line end after the password is not part of it. */
async function readPassword({ stdin }: Io, signal: AbortSignal): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stdin(signal)) {
    size += chunk.length;
    if (size > commandLimits.passwordBytes) throw usageError(`the password on stdin is over ${commandLimits.passwordBytes} bytes`);
    chunks.push(chunk);
  }
  const password = decodeUtf8(concat(chunks), "the password on stdin").replace(/\r?\n$/, "");
  if (password === "") throw usageError("stdin holds no password");
  return password;
}
