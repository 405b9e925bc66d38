/** Who signs, and what seals the signature, as the flags of `sign` and `sign-blob` say it. */
import { TouchmarkError } from "../core/errors.ts";
import type { EnvelopeSigner, Signer } from "../core/signer.ts";
import { openKeyFile } from "../signers/file/key-file.ts";
import type { SignatureOptions } from "../formats/format.ts";
import { usageError, type Arguments } from "./arguments.ts";
import { parseDuration, signingTime } from "./common.ts";
import type { Flag } from "./grammar.ts";
import type { Io } from "./io.ts";
import { passwordFor } from "./password.ts";
import type { SigningContext, SigningWith } from "./signing-context.ts";

export const signingFlags: readonly Flag[] = [
  { name: "key", value: "KEY", summary: "Private key: a file (cosign's encrypted key, or PEM), env://VARIABLE, or a PKCS #11 URI" },
  { name: "identity-token", value: "TOKEN", summary: "Who signs, where no key does: an OpenID Connect token, or the file it is in" },
  { name: "oidc-issuer", value: "URL", summary: "Where a person signs in (the signing config's)" },
  { name: "oidc-client-id", value: "ID", summary: "Under which name (sigstore)" },
  { name: "sign-in", value: "browser|device", summary: "How a person signs in (browser)" },
  { name: "signing-config", value: "FILE", summary: "Services that certify, log and timestamp; with --key too" },
  { name: "trusted-root", value: "FILE", summary: "What their answers are proven by" },
  { name: "instance", value: "NAME", summary: "The kept sigstore instance to sign with, by the name of 'touchmark trust show'" },
  {
    name: "certificate-chain",
    value: "FILE",
    summary: "The key's certificate and those above it up to the root (PEM), for Notary Project signatures",
  },
  { name: "plugin", value: "NAME", summary: "Sign with a key that this plugin of notation keeps, in the format notation" },
  { name: "id", value: "ID", summary: "Which one, as the plugin knows it" },
  { name: "plugin-config", value: "KEY=VALUE", repeatable: true, summary: "What else the plugin is told" },
  { name: "notation-config", value: "DIR", summary: "Where notation's plugins are (NOTATION_CONFIG)" },
  { name: "envelope", value: "jws|cose", summary: "Form of a Notary Project signature (jws)" },
  { name: "expiry", value: "DURATION", summary: "How long a Notary Project signature is meant to be used, as 90d or 12h" },
  { name: "timestamp-url", value: "URL", summary: "Have this authority timestamp Notary Project signatures (RFC 3161)" },
  { name: "timestamp-root", value: "FILE", summary: "What its timestamps are proven by (PEM)" },
  { name: "yes", summary: "Publish what logs make public without asking" },
];

/** Nothing goes out that is not needed: a key alone asks nobody. Throws USAGE. */
export async function openSigner(args: Arguments, io: Io, context: SigningContext): Promise<SigningWith> {
  const opened = await open(args, io, context);
  opened.ready.catch(() => undefined); // it may fail before anybody waits for it
  return { ...opened, [Symbol.asyncDispose]: async () => opened.held?.[Symbol.asyncDispose]?.() };
}

/** `held` is what the signer stands on, which may have to be closed. */
interface OpenedSigner extends Omit<SigningWith, typeof Symbol.asyncDispose> {
  readonly held?: Partial<AsyncDisposable>;
}

async function open(args: Arguments, io: Io, context: SigningContext): Promise<OpenedSigner> {
  checkNotary(args, context.formats);
  checkKey(args, context);
  const key = await openKey(args, io, context);
  if (key === undefined) {
    if (context.formats.includes(notary)) throw keyNeeded();
    const { openKeyless } = await import("./keyless.ts");
    return openKeyless(args, io, context);
  }
  if ("envelop" in key) {
    if (args.has("timestamp-url")) throw ownTimestamps();
    return { signer: key, isEphemeral: false, ready: Promise.resolve() };
  }
  const stamped = args.has("timestamp-url") ? await timestamped(key, args, io, context) : key;
  const signer = namesServices(args) ? await sealed(stamped, args, io, context) : stamped;
  return { signer, isEphemeral: false, ready: signer.describe(context.signal), held: key };
}

/** A key that is kept somewhere; undefined where none is named. */
async function openKey(
  args: Arguments,
  io: Io,
  context: SigningContext,
): Promise<((Signer | EnvelopeSigner) & Partial<AsyncDisposable>) | undefined> {
  if (args.has("plugin")) {
    const { openPlugin } = await import("./plugin.ts");
    return openPlugin(args, io, context);
  }
  const ofPlugins = ["id", "plugin-config", "notation-config"].find((name) => args.has(name));
  if (ofPlugins !== undefined) throw usageError(`--${ofPlugins} is for plugins, and none is named`, "Name it: --plugin NAME.");
  const reference = args.value("key");
  if (reference === undefined) return undefined;
  if (reference.startsWith("pkcs11:")) {
    const { openToken } = await import("./token.ts");
    return openToken(reference, args, io);
  }
  const certificateChain = args.value("certificate-chain");
  return openKeyFile({ reference, password: () => passwordFor(reference, io), env: io.env, certificateChain });
}

const notary = "notation";

/** Throws USAGE for what a format cannot say: that a signature has an end, above all, must not be lost on the way. */
function checkNotary(args: Arguments, formats: readonly string[]): void {
  const own = ["expiry", "envelope", "timestamp-url", "timestamp-root", "certificate-chain"].find((name) => args.has(name));
  if (own !== undefined && !formats.includes(notary))
    throw usageError(`--${own} is for Notary Project signatures, and none is made`, "Make one: --format notation.");
  const other = formats.find((name) => name !== notary);
  if (args.has("expiry") && other !== undefined)
    throw usageError(`--expiry cannot be said in the format ${other}`, "Sign in that format with a command of its own, without --expiry.");
  if (args.has("timestamp-root") && !args.has("timestamp-url"))
    throw usageError("--timestamp-root proves what an authority answers, and none is named", "Name it: --timestamp-url URL.");
}

/** Throws USAGE for what a key, wherever it is kept, has no use for. */
function checkKey(args: Arguments, { logUpload }: SigningContext): void {
  const key = ["plugin", "key"].find((name) => args.has(name));
  if (key === undefined) return;
  const stray = ["identity-token", "oidc-issuer", "oidc-client-id", "sign-in"].find((name) => args.has(name));
  if (stray !== undefined) throw usageError(`--${key} and --${stray} cannot both say who signs`);
  if (namesServices(args)) return;
  if (args.has("trusted-root"))
    throw usageError("--trusted-root proves what services answer, and with a key none is named", "Name them: --signing-config FILE.");
  if (logUpload === "later")
    throw usageError("a log is to be asked later, and with a key none is asked unless it is named", "Name it: --signing-config FILE.");
}

function namesServices(args: Arguments): boolean {
  return args.has("signing-config") || args.has("instance");
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

async function timestamped(signer: Signer, args: Arguments, io: Io, { signal }: SigningContext): Promise<Signer> {
  const root = args.value("timestamp-root");
  if (root === undefined)
    throw usageError("--timestamp-url needs --timestamp-root", "Name the root of its authority, so that its answers can be proven.");
  const [{ readAuthorities }, { timestampedSigner }, { serviceHttp }] = await Promise.all([
    import("../trust-sources/sigstore/authorities-file.ts"),
    import("../signers/services/timestamped-signer.ts"),
    import("./registries.ts"),
  ]);
  const authorities = await readAuthorities(root, { env: io.env, signal });
  return timestampedSigner(signer, { service: args.value("timestamp-url") ?? "", authorities, http: await serviceHttp(io), clock: io.now });
}

/** What the flags choose of a signature. Throws USAGE. */
export function signatureOptionsOf(args: Arguments, io: Io): Omit<SignatureOptions, "at"> {
  const expiry = args.value("expiry");
  const envelope = args.choice("envelope", ["jws", "cose"]);
  return { envelope, ...(expiry !== undefined && { expiry: signingTime(io) + parseDuration(expiry) }) };
}

async function sealed(signer: Signer, args: Arguments, io: Io, context: SigningContext): Promise<Signer> {
  const [{ openServices }, { loggedSigner }] = await Promise.all([import("./services.ts"), import("../signers/services/logged-signer.ts")]);
  const { services, root, http } = await openServices(args, io, context);
  const { logUpload = "now" } = context;
  return loggedSigner(signer, { services, root, logUpload, http, clock: io.now });
}
