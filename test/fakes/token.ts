/**
 * A PKCS #11 module with one token, in this process. Strict: it refuses calls out of order, counts open objects, and locks itself after
 * three wrong PINs; its keys are on P-256. Handles are buffers of eight bytes, as in pkcs11js.
 */
import { createPublicKey, type KeyObject } from "node:crypto";
import { p256 } from "@noble/curves/nist.js";
import { ck, type Cryptoki, type Handle } from "../../src/signers/pkcs11/cryptoki.ts";

export interface TokenObject {
  readonly class: number;
  readonly label?: string;
  readonly id?: Buffer;
  /** Of a private or public key. */
  readonly key?: KeyObject;
  /** Of a certificate. */
  readonly value?: Uint8Array;
  readonly alwaysAuthenticate?: boolean;
}

export interface FakeToken {
  readonly load: () => Promise<Cryptoki>;
  /** The numbers of initialised modules and open sessions. */
  readonly open: { modules: number; sessions: number };
  /** The names of the calls, in order. */
  readonly calls: string[];
  /** Removes and reinserts the token, which ends its sessions and the login. */
  pull(): void;
  /** The PINs of all logins. */
  readonly logins: (string | undefined)[];
  /** The error that each named call throws from now on. */
  readonly failures: Map<string, Error>;
  /** Awaited by each signature. */
  turn: Promise<void>;
}

export const pin = "1234";
const curve = Buffer.from("06082a8648ce3d030107", "hex");

export function fakeToken(objects: readonly TokenObject[], flags: number = ck.flag.loginRequired, label = "team"): FakeToken {
  const token: FakeToken = {
    load: async () => cryptoki(),
    open: { modules: 0, sessions: 0 },
    calls: [],
    pull() {
      ended = last;
      token.open.sessions = 0;
      isLoggedIn = false;
    },
    logins: [],
    failures: new Map(),
    turn: Promise.resolve(),
  };
  let wrong = 0;
  let isLoggedIn = false;
  /** The numbers of the last session that was opened, and of the last that has ended. */
  let last = 0;
  let ended = 0;

  function cryptoki(): Cryptoki {
    let found: readonly number[] | undefined;
    let signing: { readonly mechanism: number; readonly key: KeyObject; readonly needsLogin: boolean } | undefined;
    let isTold = false;
    const called = (name: string, session?: Handle): void => {
      token.calls.push(name);
      const failure = token.failures.get(name);
      if (failure) throw failure;
      if (name !== "load" && name !== "C_Initialize" && token.open.modules !== 1) throw new Error("CKR_CRYPTOKI_NOT_INITIALIZED");
      if (session && Number(session.readBigUInt64LE()) <= ended) throw new Error("CKR_SESSION_HANDLE_INVALID");
    };
    const expect = (condition: boolean, otherwise: string): void => {
      if (!condition) throw new Error(otherwise);
    };
    return {
      load: () => called("load"),
      close: () => expect(token.open.modules === 0, "the module is closed and was not finalised"),
      C_Initialize() {
        called("C_Initialize");
        expect(token.open.modules++ === 0, "CKR_CRYPTOKI_ALREADY_INITIALIZED");
      },
      C_Finalize() {
        called("C_Finalize");
        expect(token.open.sessions === 0, "the module is finalised and a session is open");
        token.open.modules--;
      },
      C_GetSlotList: () => (called("C_GetSlotList"), [handle(7)]),
      C_GetTokenInfo() {
        called("C_GetTokenInfo");
        const lock = wrong >= 3 ? ck.flag.pinLocked : 0;
        return {
          label: label.padEnd(32),
          manufacturerID: "acme".padEnd(32),
          model: "fake".padEnd(16),
          serialNumber: "5a".padEnd(16),
          flags: flags | lock,
        };
      },
      C_OpenSession() {
        called("C_OpenSession");
        token.open.sessions++;
        return handle(++last);
      },
      C_CloseSession(session) {
        called("C_CloseSession", session);
        if (--token.open.sessions === 0) isLoggedIn = false;
      },
      C_Login(session, user, given) {
        called("C_Login", session);
        expect(user !== ck.user.user || !isLoggedIn, "CKR_USER_ALREADY_LOGGED_IN");
        token.logins.push(given);
        const isFine = given === (flags & ck.flag.protectedAuthenticationPath ? undefined : pin);
        if (!isFine) wrong++;
        expect(isFine, "CKR_PIN_INCORRECT");
        if (user === ck.user.contextSpecific) isTold = true;
        else isLoggedIn = true;
      },
      C_FindObjectsInit(session, template) {
        called("C_FindObjectsInit", session);
        expect(found === undefined, "CKR_OPERATION_ACTIVE");
        const matching = objects
          .map((object, i) => ({ object, i }))
          .filter(({ object }) => template.every(({ type, value }) => isEqual(member(object, type), value)));
        found = matching
          .filter(({ object }) => object.class !== ck.class.privateKey || isLoggedIn || !(flags & ck.flag.loginRequired))
          .map(({ i }) => i);
      },
      C_FindObjects: (session, max) => (called("C_FindObjects", session), (found ?? []).slice(0, max).map(handle)),
      C_FindObjectsFinal(session) {
        called("C_FindObjectsFinal", session);
        found = undefined;
      },
      C_GetAttributeValue(session, object, template) {
        called("C_GetAttributeValue", session);
        return template.map(({ type }) => {
          const value = member(at(object), type);
          if (value === undefined) throw new Error("CKR_ATTRIBUTE_TYPE_INVALID");
          if (typeof value === "number") return { value: Buffer.of(value) };
          return { value: Buffer.from(value) };
        });
      },
      C_SignInit(session, { mechanism }, object) {
        called("C_SignInit", session);
        const { key, alwaysAuthenticate = false } = at(object);
        if (!key) throw new Error("CKR_KEY_HANDLE_INVALID");
        signing = { mechanism, key, needsLogin: alwaysAuthenticate };
      },
      async C_SignAsync(session, data) {
        called("C_SignAsync", session);
        await token.turn;
        if (!signing) throw new Error("CKR_OPERATION_NOT_INITIALIZED");
        expect(!signing.needsLogin || isTold, "CKR_USER_NOT_LOGGED_IN");
        expect(signing.mechanism === ck.mechanism.ecdsa, "CKR_MECHANISM_INVALID");
        const { d = "" } = signing.key.export({ format: "jwk" });
        [signing, isTold] = [undefined, false];
        return Buffer.from(p256.sign(data, Buffer.from(d, "base64url"), { prehash: false })); // Node signs no hashes
      },
    };
  }

  const at = (object: Handle): TokenObject => {
    const one = objects[Number(object.readBigUInt64LE())];
    if (!one) throw new Error("CKR_OBJECT_HANDLE_INVALID");
    return one;
  };
  return token;
}

function handle(number: number): Handle {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(number));
  return bytes;
}

function member(object: TokenObject, type: number): Uint8Array | string | number | undefined {
  const { attribute } = ck;
  if (type === attribute.class) return object.class;
  if (type === attribute.label) return object.label ?? "";
  if (type === attribute.id) return object.id ?? Buffer.alloc(0);
  if (type === attribute.value) return object.value;
  if (type === attribute.alwaysAuthenticate)
    return object.alwaysAuthenticate === undefined ? undefined : Buffer.of(Number(object.alwaysAuthenticate));
  if (!object.key || object.class !== ck.class.publicKey) return undefined;
  const half = object.key.type === "private" ? createPublicKey(object.key) : object.key;
  if (type === attribute.ecParams) return curve;
  if (type !== attribute.ecPoint) return undefined;
  const { x = "", y = "" } = half.export({ format: "jwk" });
  const point = Buffer.concat([Buffer.of(4), Buffer.from(x, "base64url"), Buffer.from(y, "base64url")]);
  return Buffer.concat([Buffer.of(4, point.length), point]);
}

function isEqual(one: ReturnType<typeof member>, other: unknown): boolean {
  if (one instanceof Uint8Array && other instanceof Uint8Array) return Buffer.compare(one, other) === 0;
  return one === other;
}
