/** The sigstore instances that are trusted, as the flags and the environment say. */
import { openSigstoreRoots } from "../setup/trusted-roots.ts";
import type { TrustedRoot } from "../trust/trusted-root.ts";
import type { TrustedRootArgs } from "./flags/trusted-root.ts";
import type { Io } from "./io.ts";
import { warningLines } from "./render/text.ts";
import { localSettings } from "./settings/local.ts";

/** Warnings go to stderr. Throws what `openRoots` does. */
export async function openTrustedRoots(args: TrustedRootArgs, io: Io, signal: AbortSignal): Promise<readonly TrustedRoot[]> {
  const { trustedRoot: files, offline, trustedRootExpiry: expired } = args;
  const { roots, warnings } = await openSigstoreRoots({ files, offline, expired }, { ...localSettings(io), signal });
  io.stderr.write(warningLines(warnings));
  return roots;
}
