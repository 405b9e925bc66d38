/** The signer for a key on a PKCS #11 token: a smart card, a hardware security module, a remote service. */
import { TouchmarkError } from "../../core/errors.ts";
import type { SigningScheme } from "../../core/keys/signature-schemes.ts";
import { memoise } from "../../core/async/memoise.ts";
import type { Signer, SignerDescription } from "../../core/signer.ts";
import { readSource } from "../../files/read-source.ts";
import { readCertificateChain } from "../file/certificate-chain.ts";
import { ck, loadCryptoki, type Cryptoki, type Handle } from "./cryptoki.ts";
import { tokenScheme } from "./mechanisms.ts";
import { parsePkcs11Uri, type Pkcs11Uri } from "./pkcs11-uri.ts";
import { tokenSession, type Session, type Token, type TokenSession } from "./session.ts";
import { describeKey, findPrivateKey, read } from "./token-objects.ts";
import { tokenLimits } from "./limits.ts";

export interface Pkcs11Key {
  readonly uri: string;
  /** The default module, if the URI names none. */
  readonly modulePath?: string | undefined;
  /** Prompts for the PIN, at most once, if the URI has none and the token requires one; `token` names it. */
  readonly pin: (token: string) => Promise<string>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** As for key files; by default, the chain is the token's. */
  readonly certificateChain?: string | undefined;
  readonly load?: () => Promise<Cryptoki>;
}

/** Disposing of it closes its session on the token. */
export interface Pkcs11Signer extends Signer, AsyncDisposable {}

/**
 * Creates the signer. Its session is opened once, for all signatures. The token is described once; a failure is not memoised, but a wrong
 * PIN is never tried again, since the token locks itself after a few tries. Throws USAGE at once for an invalid URI; describing and
 * signing throw what sessions throw, and what key files throw for a chain.
 */
export function openPkcs11Key(key: Pkcs11Key): Pkcs11Signer {
  const uri = parsePkcs11Uri(key.uri);
  const modulePath = uri.modulePath ?? key.modulePath;
  if (modulePath === undefined) {
    throw new TouchmarkError("USAGE", `${uri.shown} does not say which module speaks to the token`, {
      hint: "Add it: ?module-path=/PATH/OF/MODULE.so",
    });
  }
  const pin = memoise((signal) => pinOf(uri, key, signal));
  let refused: TouchmarkError | undefined;
  const token: Token = {
    uri,
    modulePath,
    load: key.load ?? loadCryptoki,
    async pin(signal) {
      if (refused) throw refused;
      return pin(signal);
    },
    refuse(error) {
      refused = error;
    },
  };
  const session = tokenSession(token);
  const describe = memoise((signal) => describeOnce(key, { token, session }, signal));

  return {
    describe,
    async sign({ bytes, scheme }, signal) {
      const by = await describe(signal);
      const wanted = { bytes, scheme: scheme ?? by.publicKey.algorithm.signs };
      const signature = await session.use((open) => signWith(open, uri, wanted), signal);
      return { signature, by };
    },
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}

async function describeOnce(
  { certificateChain, env }: Pkcs11Key,
  { token, session }: { readonly token: Token; readonly session: TokenSession },
  signal: AbortSignal,
): Promise<SignerDescription> {
  const found = await session.use((open) => describeKey(open, findPrivateKey(open, token.uri), token.uri), signal);
  if (certificateChain === undefined) return found;
  return { ...found, chain: await readCertificateChain(certificateChain, found.publicKey, { env, signal }) };
}

async function signWith(
  session: Session,
  uri: Pkcs11Uri,
  { bytes, scheme }: { readonly bytes: Uint8Array; readonly scheme: SigningScheme },
): Promise<Uint8Array> {
  const { module, handle, pin } = session;
  const { mechanism, input, output } = tokenScheme(scheme);
  const key = findPrivateKey(session, uri);
  module.C_SignInit(handle, mechanism, key);
  if (wantsPinAgain(session, key)) module.C_Login(handle, ck.user.contextSpecific, pin);
  return output(await module.C_SignAsync(handle, Buffer.from(input(bytes)), Buffer.alloc(tokenLimits.signatureBytes)));
}

/** Some keys require the PIN for each signature. */
function wantsPinAgain(session: Session, key: Handle): boolean {
  const [value] = read(session, key, [ck.attribute.alwaysAuthenticate]);
  return value?.some((byte) => byte !== 0) ?? false;
}

async function pinOf({ pin, shown }: Pkcs11Uri, { env, pin: ask }: Pkcs11Key, signal: AbortSignal): Promise<string> {
  if (!pin) return ask(shown);
  if ("value" in pin) return pin.value;
  const bytes = await readSource(pin.source, { env, maxBytes: tokenLimits.pinBytes, signal });
  return Buffer.from(bytes)
    .toString("utf8")
    .replace(/\r?\n$/, "");
}
