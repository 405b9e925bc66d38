/** Checks for flags of `sign` and `sign-blob` that exclude each other. */
import type { Format } from "../formats/format.ts";
import type { LogUpload } from "../core/verification-material.ts";
import { firstGiven } from "./flags/flag.ts";
import type { InstanceArgs, SigningArgs } from "./flags/signing.ts";
import { usageError } from "./usage-error.ts";

interface Checked {
  /** The formats to write. */
  readonly formats: readonly Format[];
  readonly logUpload?: LogUpload | undefined;
}

/** Throws USAGE. */
export function checkSigning(args: SigningArgs, context: Checked): void {
  checkFormatFlags(args, context.formats);
  checkKey(args, context);
  checkPlugin(args);
}

/** Refuses flags that a format would ignore, above all an expiry. */
function checkFormatFlags(args: SigningArgs, formats: readonly Format[]): void {
  const isNotary = ({ writers }: Format): boolean => writers.signature?.abilities.needsChain === true;
  const own = firstGiven(args, ["expiry", "envelope", "timestampUrl", "timestampRoot", "certificateChain"]);
  if (own !== undefined && !formats.some(isNotary))
    throw usageError(`${own} is for Notary Project signatures, and none is made`, "Make one: --format notation.");
  const other = formats.find(({ writers }) => writers.signature?.abilities.takesExpiry !== true);
  if (args.expiry !== undefined && other !== undefined)
    throw usageError(
      `--expiry cannot be said in the format ${other.name}`,
      "Sign in that format with a command of its own, without --expiry.",
    );
  if (args.timestampRoot !== undefined && args.timestampUrl === undefined)
    throw usageError("--timestamp-root proves what an authority answers, and none is named", "Name it: --timestamp-url URL.");
}

/** Refuses flags that have no effect with a key. */
function checkKey(args: SigningArgs, { logUpload }: Checked): void {
  const key = firstGiven(args, ["plugin", "key"]);
  if (key === undefined) return;
  const stray = firstGiven(args, ["identityToken", "oidcIssuer", "oidcClientId", "signIn"]);
  if (stray !== undefined) throw usageError(`${key} and ${stray} cannot both name the signer`);
  if (namesServices(args)) return;
  if (args.trustedRoot !== undefined)
    throw usageError("--trusted-root proves what services answer, and with a key none is named", "Name them: --signing-config FILE.");
  if (logUpload === "later")
    throw usageError("a log is to be asked later, and with a key none is asked unless it is named", "Name it: --signing-config FILE.");
}

function checkPlugin(args: SigningArgs): void {
  if (args.plugin === undefined) {
    const ofPlugins = firstGiven(args, ["id", "pluginConfig", "notationConfig"]);
    if (ofPlugins !== undefined) throw usageError(`${ofPlugins} is for plugins, and none is named`, "Name it: --plugin NAME.");
    return;
  }
  const stray = firstGiven(args, ["key", "certificateChain"]);
  if (stray !== undefined) throw usageError(`--plugin and ${stray} cannot both be given`, "A plugin has its own key and certificates.");
}

/** Whether the flags name services beside a key. */
export function namesServices(args: InstanceArgs): boolean {
  return args.signingConfig !== undefined || args.instance !== undefined;
}
