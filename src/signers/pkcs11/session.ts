/** The session on a token: opened once, reused, and always closed completely. */
import { TouchmarkError } from "../../core/errors.ts";
import { KeyedLock } from "../../core/async/keyed-lock.ts";
import { interruption, throwIfAborted } from "../../core/async/interruption.ts";
import { ck, cryptokiError, type Cryptoki, type Handle } from "./cryptoki.ts";
import { acquireModule } from "./module.ts";
import type { Pkcs11Uri } from "./pkcs11-uri.ts";

export interface Session {
  readonly module: Cryptoki;
  readonly handle: Handle;
  /** Absent if the token requires none. */
  readonly pin: string | undefined;
}

export interface Token {
  readonly uri: Pkcs11Uri;
  readonly modulePath: string;
  readonly load: () => Promise<Cryptoki>;
  /** Prompts for the PIN if the token requires one. */
  readonly pin: (signal: AbortSignal) => Promise<string>;
  /** Called when the PIN is wrong, before it could be tried again. */
  readonly refuse: (error: TouchmarkError) => void;
}

/** The one session of a signer on its token. It is opened when first needed, and kept until it is disposed of or fails. */
export interface TokenSession extends AsyncDisposable {
  /**
   * Runs `use` with the session. Uses of one module take turns. If the token was removed or reset, the session is
   * opened again, once. Throws PLUGIN_FAILED, WRONG_PASSWORD, INVALID_KEY if there is no such token, and USAGE once
   * it is disposed of. Calls of a module cannot be interrupted: after an abort they are not awaited, and the
   * session is kept or closed when they return.
   */
  use<T>(work: (session: Session) => Promise<T>, signal: AbortSignal): Promise<T>;
}

/** Calls of a module must not overlap, even for different tokens. */
const turns = new KeyedLock();

export function tokenSession(token: Token): TokenSession {
  let opened: OpenSession | undefined;
  let isDisposed = false;
  /** Uses that still run after an abort. */
  let abandoned = 0;

  function close(): void {
    const closing = opened;
    opened = undefined;
    if (closing) closeSession(closing);
  }

  async function attempt<T>(work: (session: Session) => Promise<T>, signal: AbortSignal): Promise<T> {
    throwIfAborted(signal);
    try {
      opened ??= await openSession(token, signal);
      throwIfAborted(signal);
      return await work(opened);
    } catch (thrown) {
      close();
      throw thrown;
    }
  }

  async function run<T>(work: (session: Session) => Promise<T>, signal: AbortSignal): Promise<T> {
    if (isDisposed) throw new TouchmarkError("USAGE", `the signer of ${token.uri.shown} is closed`);
    const isReused = opened !== undefined;
    try {
      return await attempt(work, signal);
    } catch (thrown) {
      if (!isReused || !isEnded(thrown)) throw thrown;
    }
    return attempt(work, signal);
  }

  return {
    async use(work, signal) {
      throwIfAborted(signal);
      const { promise: aborted, reject } = Promise.withResolvers<never>();
      const running = turns.run(token.modulePath, () => run(work, signal));
      const done = running.then(
        () => undefined,
        () => undefined,
      );
      const onAbort = (): void => {
        abandoned++;
        void done.then(() => abandoned--);
        reject(interruption(signal));
      };
      signal.addEventListener("abort", onAbort);
      try {
        return await Promise.race([running, aborted]);
      } catch (thrown) {
        throw cryptokiError(thrown, token.uri.shown);
      } finally {
        signal.removeEventListener("abort", onAbort);
      }
    },
    async [Symbol.asyncDispose]() {
      isDisposed = true;
      const closed = turns.run(token.modulePath, async () => close());
      if (abandoned === 0) await closed; // do not wait for a token that waits for touch
    },
  };
}

/** Return values of an ended session: the token was removed or reset, or other code in this process finalised the module. */
const endings: ReadonlySet<string> = new Set([
  "CKR_SESSION_HANDLE_INVALID",
  "CKR_SESSION_CLOSED",
  "CKR_DEVICE_REMOVED",
  "CKR_TOKEN_NOT_PRESENT",
  "CKR_USER_NOT_LOGGED_IN",
  "CKR_CRYPTOKI_NOT_INITIALIZED",
]);

/** INVALID_KEY too: a session that is no longer logged in has no private keys. */
function isEnded(thrown: unknown): boolean {
  if (thrown instanceof TouchmarkError) return thrown.code === "INVALID_KEY";
  return thrown instanceof Error && endings.has(/^CKR_[A-Z0-9_]{1,60}/.exec(thrown.message)?.[0] ?? "");
}

interface OpenSession extends Session {
  readonly release: () => void;
}

async function openSession(token: Token, signal: AbortSignal): Promise<OpenSession> {
  const { module, release } = await acquireModule(token);
  let handle: Handle | undefined;
  try {
    const { slot, flags } = findToken(module, token.uri);
    handle = module.C_OpenSession(slot, ck.flag.serialSession);
    return { module, handle, pin: await logIn({ module, handle, flags }, token, signal), release };
  } catch (thrown) {
    closeSession({ module, handle, release });
    throw thrown;
  }
}

/** Ends what is left of a session; errors mean that it has already ended. */
function closeSession({
  module,
  handle,
  release,
}: Pick<OpenSession, "module" | "release"> & { readonly handle: Handle | undefined }): void {
  try {
    if (handle !== undefined) module.C_CloseSession(handle); // closing the last session of a token also logs out
  } catch {
    // The token was removed.
  }
  release();
}

/** On a token with a PIN pad, the PIN is typed there. */
async function logIn(
  { module, handle, flags }: { readonly module: Cryptoki; readonly handle: Handle; readonly flags: number },
  { uri, pin, refuse }: Token,
  signal: AbortSignal,
): Promise<string | undefined> {
  if ((flags & ck.flag.loginRequired) === 0) return undefined;
  if ((flags & ck.flag.pinLocked) !== 0) throw new TouchmarkError("PLUGIN_FAILED", `${uri.shown} is locked after too many wrong PINs`);
  const typed = (flags & ck.flag.protectedAuthenticationPath) === 0 ? await pin(signal) : undefined;
  try {
    module.C_Login(handle, ck.user.user, typed);
  } catch (thrown) {
    // Another signer of this process is logged in; a token has one login for each process.
    if (thrown instanceof Error && thrown.message.startsWith("CKR_USER_ALREADY_LOGGED_IN")) return typed;
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

/** Token strings are padded with blanks. */
function trimmed(text: string): string {
  return text.replace(/[ \0]+$/, "");
}

/** A slot id, in this machine's integer format. */
function numberOf(slot: Handle): bigint {
  return slot.length === 4 ? BigInt(slot.readUInt32LE()) : slot.readBigUInt64LE();
}
