/** The sigstore instances that are trusted, as the flags and the environment say. */
import { openRoots } from "../trust-sources/sigstore/open-roots.ts";
import type { TrustedRoot } from "../trust/trusted-root.ts";
import type { TrustedRootArgs } from "./flags/trusted-root.ts";
import type { Io } from "./io.ts";
import { serviceHttp } from "./registries.ts";
import { warningLines } from "./render/text.ts";

/** Warnings go to stderr. Throws what `openRoots` does. */
export async function openTrustedRoots(args: TrustedRootArgs, io: Io, signal: AbortSignal): Promise<readonly TrustedRoot[]> {
  const { roots, warnings } = await openRoots({
    files: args.trustedRoot,
    env: io.env,
    home: io.home,
    http: await serviceHttp(io),
    at: io.now(),
    offline: args.offline,
    expired: args.trustedRootExpiry,
    signal,
  });
  io.stderr.write(warningLines(warnings));
  return roots;
}
