/** `--bundle FILE`: a signature in a file of its own. */
import { fileFormat } from "../formats/all.ts";
import { readSource } from "../net/source.ts";
import type { EvidenceFile } from "../engine/given.ts";
import { usageError, type Arguments } from "./arguments.ts";
import type { Flag } from "./grammar.ts";
import type { Io } from "./io.ts";

export const bundleFlag = (summary: string): Flag => ({ name: "bundle", value: "FILE", summary: `${summary} (sigstore bundle)` });

/** Its path. Throws USAGE for `-`: what is piped in or out is another file. */
export function bundleOf(args: Arguments): string | undefined {
  const path = args.value("bundle");
  if (path === "-" || path === "") throw usageError(`--bundle names a file; found ${JSON.stringify(path)}`);
  return path;
}

/** What is in it. Throws FILE_NOT_FOUND, or LIMIT_EXCEEDED for more than a bundle may have. */
export async function readBundle(path: string, { env }: Io, signal: AbortSignal): Promise<EvidenceFile> {
  return { path, bytes: await readSource(path, { maxBytes: fileFormat.files.maxBytes, env, signal }) };
}
