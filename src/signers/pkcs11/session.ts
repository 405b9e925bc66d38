/** A session on a token: opened, used and closed, with nothing left behind, whatever happens between. */
import { TouchmarkError } from "../../core/errors.ts";
import { KeyedLock } from "../../core/async/keyed-lock.ts";
import { interruption, throwIfAborted } from "../../core/async/interruption.ts";
import { CK, cryptokiError, type Cryptoki, type Handle } from "./cryptoki.ts";
import type { Pkcs11Uri } from "./pkcs11-uri.ts";

export interface Session {
  readonly module: Cryptoki;
  readonly handle: Handle;
  /** Absent where the token asks for none. */
  readonly pin: string | undefined;
}

export interface Token {
  readonly uri: Pkcs11Uri;
  readonly modulePath: string;
  readonly load: () => Promise<Cryptoki>;
  /** Asked where the token wants one. */
  readonly pin: () => Promise<string>;
  /** Hears that the PIN is wrong, before anybody could try it again. */
  readonly refuse: (error: TouchmarkError) => void;
}

/** A module is one for the whole process: initialised by whoever comes first, ended for all. */
const turns = new KeyedLock();

/**
 * Throws PLUGIN_FAILED, WRONG_PASSWORD, INVALID_KEY where there is no such token. Calls of a module cannot be broken off: when the
 * signal is aborted nobody waits for one any more, and what is open is closed once it returns.
 */
export async function withSession<T>(token: Token, use: (session: Session) => Promise<T>, signal: AbortSignal): Promise<T> {
  throwIfAborted(signal);
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => aborted.reject(interruption(signal));
  signal.addEventListener("abort", onAbort);
  try {
    return await Promise.race([turns.run(token.modulePath, () => inModule(token, use, signal)), aborted.promise]);
  } catch (thrown) {
    throw cryptokiError(thrown, token.uri.shown);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

async function inModule<T>(token: Token, use: (session: Session) => Promise<T>, signal: AbortSignal): Promise<T> {
  throwIfAborted(signal);
  const module = await token.load();
  module.load(token.modulePath);
  try {
    module.C_Initialize();
    try {
      return await onToken(module, token, use, signal);
    } finally {
      module.C_Finalize();
    }
  } finally {
    module.close();
  }
}

async function onToken<T>(module: Cryptoki, token: Token, use: (session: Session) => Promise<T>, signal: AbortSignal): Promise<T> {
  const { slot, flags } = findToken(module, token.uri);
  const handle = module.C_OpenSession(slot, CK.flag.serialSession);
  try {
    const pin = await logIn({ module, handle, flags }, token);
    throwIfAborted(signal);
    return await use({ module, handle, pin });
  } finally {
    module.C_CloseSession(handle); // the last session of a token ends the login too
  }
}

/** On a token with keys of its own, the PIN is typed there. */
async function logIn(
  { module, handle, flags }: { readonly module: Cryptoki; readonly handle: Handle; readonly flags: number },
  { uri, pin, refuse }: Token,
): Promise<string | undefined> {
  if ((flags & CK.flag.loginRequired) === 0) return undefined;
  if ((flags & CK.flag.pinLocked) !== 0) throw new TouchmarkError("PLUGIN_FAILED", `${uri.shown} is locked after too many wrong PINs`);
  const typed = (flags & CK.flag.protectedAuthenticationPath) === 0 ? await pin() : undefined;
  try {
    module.C_Login(handle, CK.user.user, typed);
  } catch (thrown) {
    const error = cryptokiError(thrown, uri.shown);
    if (error instanceof TouchmarkError && error.code === "WRONG_PASSWORD") refuse(error);
    throw error;
  }
  return typed;
}

function findToken(module: Cryptoki, { token, slotId, shown }: Pkcs11Uri): { readonly slot: Handle; readonly flags: number } {
  const slots = module.C_GetSlotList(true).filter((slot) => slotId === undefined || numberOf(slot) === slotId);
  const found = slots
    .map((slot) => ({ slot, info: module.C_GetTokenInfo(slot) }))
    .filter(({ info }) =>
      (["label", "manufacturerID", "model", "serialNumber"] as const).every(
        (name) => (token[name] ?? trimmed(info[name])) === trimmed(info[name]),
      ),
    );
  const [first, ...more] = found;
  if (first && more.length === 0) return { slot: first.slot, flags: first.info.flags };
  throw new TouchmarkError("INVALID_KEY", `${found.length === 0 ? "no token is" : `${found.length} tokens are`} ${shown}`, {
    hint: "See that the token is plugged in, and name one alone: by token=, serial= or slot-id=.",
  });
}

/** Tokens fill up what they say with blanks. */
function trimmed(text: string): string {
  return text.replace(/[ \0]+$/, "");
}

/** A slot's number, as this machine writes numbers. */
function numberOf(slot: Handle): bigint {
  return slot.length === 4 ? BigInt(slot.readUInt32LE()) : slot.readBigUInt64LE();
}
