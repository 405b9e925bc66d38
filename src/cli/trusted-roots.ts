/** The sigstore instances that are trusted, as the flags and the environment say. */
import { readSource } from "../net/source.ts";
import { parseTrustedRoot } from "../trust/parse-trusted-root.ts";
import type { TrustedRoot } from "../trust/trusted-root.ts";
import type { Arguments } from "./arguments.ts";
import type { Io } from "./io.ts";

const maxRootBytes = 4 * 1024 * 1024;

export function openTrustedRoots(args: Arguments, { env }: Io, signal: AbortSignal): Promise<readonly TrustedRoot[]> {
  const given = args.values("trusted-root");
  const files = given.length > 0 ? given : [env["SIGSTORE_ROOT_FILE"] ?? ""].filter((file) => file !== "");
  return Promise.all(files.map(async (file) => parseTrustedRoot(await readSource(file, { maxBytes: maxRootBytes, env, signal }), file)));
}
