/** Opens the signer of the settings. */
import { TouchmarkError } from "../core/errors.ts";
import type { EnvelopeSigner, Signer } from "../core/signer.ts";
import { openKeyFile } from "../signers/file/key-file.ts";
import { serviceHttp } from "./http.ts";
import type {
  FileKeySettings,
  OpenedSigner,
  PluginKeySettings,
  SignerOpening,
  SignerSettings,
  TimestampSettings,
  TokenKeySettings,
} from "./signer-settings.ts";
import { openSigningServices } from "./signing-services.ts";
import { passwordFor } from "./password.ts";

const none = Promise.resolve([]);

/**
 * Opens a signer. It sends no unnecessary request: a key alone needs none. A caller that keeps a key open passes it in. Throws
 * CERTIFICATE_REQUIRED and UNSUPPORTED for formats that the signer cannot write, USAGE, and what opening the key throws.
 */
export async function openSigner(settings: SignerSettings, opening: SignerOpening, kept?: OpenedKey): Promise<OpenedSigner> {
  const opened = await open(settings, opening, kept);
  opened.ready.catch(() => undefined); // it may reject before anything awaits it
  const { held, ...rest } = opened;
  return { ...rest, [Symbol.asyncDispose]: async () => held?.[Symbol.asyncDispose]?.() };
}

/** `held` is the resource of the signer, which may have to be closed. */
interface Opened extends Omit<OpenedSigner, typeof Symbol.asyncDispose> {
  readonly held?: Partial<AsyncDisposable>;
}

async function open(settings: SignerSettings, opening: SignerOpening, kept: OpenedKey | undefined): Promise<Opened> {
  const { by, timestamps, instance } = settings;
  if (by.kind === "keyless") {
    if (opening.formats.some(({ writers }) => writers.signature?.abilities.needsChain)) throw keyNeeded();
    const { openKeyless } = await import("./keyless.ts");
    return openKeyless(by, settings, opening);
  }
  const key = kept ?? (await openKey(by, opening));
  const held = kept ? {} : key;
  if ("envelop" in key) {
    if (timestamps) throw ownTimestamps();
    return { signer: key, isEphemeral: false, ready: Promise.resolve(), warnings: none, held };
  }
  const signer = timestamps ? await timestamped(key, timestamps, opening) : key;
  if (!instance) return { signer, isEphemeral: false, ready: signer.describe(opening.signal), warnings: none, held };
  const [{ loggedSigner }, { warnings, ...services }] = await Promise.all([
    import("../signers/services/logged-signer.ts"),
    openSigningServices(instance, opening),
  ]);
  const logged = loggedSigner(signer, { ...services, logUpload: settings.logUpload ?? "now", clock: opening.clock });
  return { signer: logged, isEphemeral: false, ready: logged.describe(opening.signal), warnings, held };
}

/** The signer of a key, without services; for a token it keeps a session open until it is disposed of. */
export type OpenedKey = (Signer | EnvelopeSigner) & Partial<AsyncDisposable>;

/** Throws USAGE, and what opening a plugin throws; a file or token is opened when first needed. */
export async function openKey(by: FileKeySettings | TokenKeySettings | PluginKeySettings, opening: SignerOpening): Promise<OpenedKey> {
  if (by.kind === "plugin") return (await import("./plugin-key.ts")).openPlugin(by, opening);
  if (by.kind === "pkcs11") return (await import("./token-key.ts")).openToken(by, opening);
  const { key: reference, certificateChain, askPassword } = by;
  const { env } = opening;
  return openKeyFile({ reference, password: () => passwordFor(reference, env, askPassword), env, certificateChain });
}

async function timestamped(signer: Signer, { url, roots }: TimestampSettings, { env, clock, signal }: SignerOpening): Promise<Signer> {
  const [{ readAuthorities }, { timestampedSigner }] = await Promise.all([
    import("../trust-sources/sigstore/authorities-file.ts"),
    import("../signers/services/timestamped-signer.ts"),
  ]);
  const authorities = await readAuthorities(roots, { env, signal });
  return timestampedSigner(signer, { service: url, authorities, http: await serviceHttp({ env }), clock });
}

function keyNeeded(): TouchmarkError {
  return new TouchmarkError("CERTIFICATE_REQUIRED", "a Notary Project signature needs a key and its certificates, and no key is named", {
    hint: "Name both, or a plugin that has them.",
    remedy: { id: "name-key-and-certificates" },
  });
}

/** An envelope that a plugin generates includes its own timestamp (Notary Project, plugin-extensibility, "FAQ"). */
function ownTimestamps(): TouchmarkError {
  return new TouchmarkError("UNSUPPORTED", "the plugin makes whole envelopes, to which no timestamp can be added", {
    hint: "Name no timestamp authority; whether the plugin adds a timestamp itself, its publisher says.",
    remedy: { id: "name-no-timestamp-authority" },
  });
}
