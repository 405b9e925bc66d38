/** The sigstore instances that are trusted, as the flags and the environment say. */
import { openRoots } from "../trust-sources/sigstore/open-roots.ts";
import type { TrustedRoot } from "../trust/trusted-root.ts";
import { oneOf, type Arguments } from "./arguments.ts";
import type { Io } from "./io.ts";
import { serviceHttp } from "./registries.ts";
import { warningLines } from "./render/text.ts";

/** Warnings go to stderr. Throws what `openRoots` does. */
export async function openTrustedRoots(args: Arguments, io: Io, signal: AbortSignal): Promise<readonly TrustedRoot[]> {
  const { roots, warnings } = await openRoots({
    files: args.values("trusted-root"),
    env: io.env,
    home: io.home,
    http: await serviceHttp(io),
    at: io.now(),
    offline: args.has("offline"),
    expired: oneOf("trusted-root-expiry", args.value("trusted-root-expiry") ?? "refuse", ["refuse", "warn"]),
    signal,
  });
  io.stderr.write(warningLines(warnings));
  return roots;
}
