/** Who signs, and what seals the signature, as the flags of `sign` and `sign-blob` say it. */
import { TouchmarkError } from "../core/errors.ts";
import type { EnvelopeSigner, Signer } from "../core/signer.ts";
import { openKeyFile } from "../signers/file/key-file.ts";
import type { SignatureOptions } from "../formats/format.ts";
import { firstGiven } from "./flags/flag.ts";
import type { SigningArgs } from "./flags/signing.ts";
import type { Io } from "./io.ts";
import { passwordFor } from "./password.ts";
import type { SigningContext, SigningWith } from "./signing-context.ts";
import { signingTime } from "./signing-time.ts";
import { usageError } from "./usage-error.ts";

/** Nothing goes out that is not needed: a key alone asks nobody. Throws USAGE. */
export async function openSigner(args: SigningArgs, io: Io, context: SigningContext): Promise<SigningWith> {
  const opened = await open(args, io, context);
  opened.ready.catch(() => undefined); // it may fail before anybody waits for it
  return opened;
}

async function open(args: SigningArgs, io: Io, context: SigningContext): Promise<SigningWith> {
  checkNotary(args, context.formats);
  checkKey(args, context);
  const key = await openKey(args, io, context);
  if (key === undefined) {
    if (context.formats.includes(notary)) throw keyNeeded();
    const { openKeyless } = await import("./keyless.ts");
    return openKeyless(args, io, context);
  }
  if ("envelop" in key) {
    if (args.timestampUrl !== undefined) throw ownTimestamps();
    return { signer: key, isEphemeral: false, ready: Promise.resolve() };
  }
  const stamped = args.timestampUrl !== undefined ? await timestamped(key, args, io, context) : key;
  const signer = namesServices(args) ? await sealed(stamped, args, io, context) : stamped;
  return { signer, isEphemeral: false, ready: signer.describe(context.signal) };
}

/** A key that is kept somewhere; undefined where none is named. */
async function openKey(args: SigningArgs, io: Io, context: SigningContext): Promise<Signer | EnvelopeSigner | undefined> {
  if (args.plugin !== undefined) {
    const { openPlugin } = await import("./plugin.ts");
    return openPlugin(args, io, context);
  }
  const ofPlugins = firstGiven(args, ["id", "pluginConfig", "notationConfig"]);
  if (ofPlugins !== undefined) throw usageError(`${ofPlugins} is for plugins, and none is named`, "Name it: --plugin NAME.");
  const reference = args.key;
  if (reference === undefined) return undefined;
  if (reference.startsWith("pkcs11:")) {
    const { openToken } = await import("./token.ts");
    return openToken(reference, args, io);
  }
  const { certificateChain } = args;
  return openKeyFile({ reference, password: () => passwordFor(reference, io), env: io.env, certificateChain });
}

const notary = "notation";

/** Throws USAGE for what a format cannot say: that a signature has an end, above all, must not be lost on the way. */
function checkNotary(args: SigningArgs, formats: readonly string[]): void {
  const own = firstGiven(args, ["expiry", "envelope", "timestampUrl", "timestampRoot", "certificateChain"]);
  if (own !== undefined && !formats.includes(notary))
    throw usageError(`${own} is for Notary Project signatures, and none is made`, "Make one: --format notation.");
  const other = formats.find((name) => name !== notary);
  if (args.expiry !== undefined && other !== undefined)
    throw usageError(`--expiry cannot be said in the format ${other}`, "Sign in that format with a command of its own, without --expiry.");
  if (args.timestampRoot !== undefined && args.timestampUrl === undefined)
    throw usageError("--timestamp-root proves what an authority answers, and none is named", "Name it: --timestamp-url URL.");
}

/** Throws USAGE for what a key, wherever it is kept, has no use for. */
function checkKey(args: SigningArgs, { logUpload }: SigningContext): void {
  const key = firstGiven(args, ["plugin", "key"]);
  if (key === undefined) return;
  const stray = firstGiven(args, ["identityToken", "oidcIssuer", "oidcClientId", "signIn"]);
  if (stray !== undefined) throw usageError(`${key} and ${stray} cannot both say who signs`);
  if (namesServices(args)) return;
  if (args.trustedRoot !== undefined)
    throw usageError("--trusted-root proves what services answer, and with a key none is named", "Name them: --signing-config FILE.");
  if (logUpload === "later")
    throw usageError("a log is to be asked later, and with a key none is asked unless it is named", "Name it: --signing-config FILE.");
}

function namesServices(args: SigningArgs): boolean {
  return args.signingConfig !== undefined || args.instance !== undefined;
}

function keyNeeded(): TouchmarkError {
  return new TouchmarkError("CERTIFICATE_REQUIRED", "a Notary Project signature needs a key and its certificates, and no key is named", {
    hint: "Name both, --key KEY --certificate-chain FILE, or a plugin that has them: --plugin NAME --id ID.",
  });
}

/** What a plugin makes whole is its own, timestamp and all (Notary Project, plugin-extensibility, "FAQ"). */
function ownTimestamps(): TouchmarkError {
  return new TouchmarkError("UNSUPPORTED", "the plugin makes envelopes whole, and nobody else adds a timestamp to them", {
    hint: "Leave out --timestamp-url; whether the plugin adds one itself, its publisher says.",
  });
}

async function timestamped(signer: Signer, args: SigningArgs, io: Io, { signal }: SigningContext): Promise<Signer> {
  const root = args.timestampRoot;
  if (root === undefined)
    throw usageError("--timestamp-url needs --timestamp-root", "Name the root of its authority, so that its answers can be proven.");
  const [{ readAuthorities }, { timestampedSigner }, { serviceHttp }] = await Promise.all([
    import("../trust-sources/sigstore/authorities-file.ts"),
    import("../signers/services/timestamped-signer.ts"),
    import("./registries.ts"),
  ]);
  const authorities = await readAuthorities(root, { env: io.env, signal });
  return timestampedSigner(signer, { service: args.timestampUrl ?? "", authorities, http: await serviceHttp(io), clock: io.now });
}

/** What the flags choose of a signature. Throws USAGE. */
export function signatureOptionsOf(args: SigningArgs, io: Io): Omit<SignatureOptions, "at"> {
  const { expiry, envelope = "jws" } = args;
  return { envelope, ...(expiry !== undefined && { expiry: signingTime(io) + expiry.milliseconds }) };
}

async function sealed(signer: Signer, args: SigningArgs, io: Io, context: SigningContext): Promise<Signer> {
  const [{ openServices }, { loggedSigner }] = await Promise.all([import("./services.ts"), import("../signers/services/logged-signer.ts")]);
  const { services, root, http } = await openServices(args, io, context);
  const { logUpload = "now" } = context;
  return loggedSigner(signer, { services, root, logUpload, http, clock: io.now });
}
