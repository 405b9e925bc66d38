/**
 * The used part of PKCS #11 in the package pkcs11js: its constants (PKCS #11 2.40, pkcs11t.h), and the meaning
 * of its errors.
 */
import { createRequire } from "node:module";
import { join } from "node:path";
import { TouchmarkError } from "../../core/errors.ts";
import { printableText } from "../../core/printable.ts";

export type Handle = Buffer;

export interface Attribute {
  readonly type: number;
  readonly value?: number | boolean | string | Buffer;
}

export interface Mechanism {
  readonly mechanism: number;
  readonly parameter?: { readonly type: number; readonly hashAlg: number; readonly mgf: number; readonly saltLen: number };
}

export interface TokenInfo {
  readonly label: string;
  readonly manufacturerID: string;
  readonly model: string;
  readonly serialNumber: string;
  readonly flags: number;
}

/** A loaded module. A failed call throws an error whose message is the name of a return value: `CKR_PIN_INCORRECT`. */
export interface Cryptoki {
  load(path: string): void;
  close(): void;
  C_Initialize(): void;
  C_Finalize(): void;
  C_GetSlotList(tokenPresent: boolean): readonly Handle[];
  C_GetTokenInfo(slot: Handle): TokenInfo;
  C_OpenSession(slot: Handle, flags: number): Handle;
  C_CloseSession(session: Handle): void;
  C_Login(session: Handle, userType: number, pin?: string): void;
  C_FindObjectsInit(session: Handle, template: Attribute[]): void;
  C_FindObjects(session: Handle, max: number): readonly Handle[];
  C_FindObjectsFinal(session: Handle): void;
  C_GetAttributeValue(session: Handle, object: Handle, template: Attribute[]): readonly { readonly value: Buffer }[];
  C_SignInit(session: Handle, mechanism: Mechanism, key: Handle): void;
  C_SignAsync(session: Handle, data: Buffer, signature: Buffer): Promise<Buffer>;
}

export const ck = {
  flag: { serialSession: 4, loginRequired: 4, protectedAuthenticationPath: 0x100, pinLocked: 0x40000 },
  user: { user: 1, contextSpecific: 2 },
  class: { certificate: 1, publicKey: 2, privateKey: 3 },
  attribute: {
    class: 0,
    label: 3,
    value: 0x11,
    id: 0x102,
    modulus: 0x120,
    publicExponent: 0x122,
    ecParams: 0x180,
    ecPoint: 0x181,
    alwaysAuthenticate: 0x202,
  },
  mechanism: { rsaPkcs: 1, rsaPkcsPss: 0xd, ecdsa: 0x1041, sha256: 0x250, sha384: 0x260, sha512: 0x270 },
  mgf1: { sha256: 2, sha384: 3, sha512: 4 },
} as const;

/**
 * Loads the package, which is native code and not a dependency, so that users without a token need not compile it. It is resolved
 * like any package from this file, or by NODE_PATH. Throws UNSUPPORTED if it is not installed.
 */
export async function loadCryptoki(): Promise<Cryptoki> {
  try {
    const { PKCS11 } = createRequire(join(import.meta.dirname, "cryptoki"))("pkcs11js");
    const module: Cryptoki = new PKCS11();
    return module;
  } catch (cause) {
    throw new TouchmarkError("UNSUPPORTED", "keys on PKCS #11 tokens need the package pkcs11js, which is not installed or not compiled", {
      cause,
      hint: "With a C++ compiler: npm install --global --allow-scripts=pkcs11js pkcs11js@2.1.7. Then set NODE_PATH to what npm root --global prints.",
    });
  }
}

/** Returns the error of a failed call. Only the name of the return value is quoted. */
export function cryptokiError(thrown: unknown, token: string): unknown {
  if (thrown instanceof TouchmarkError || !(thrown instanceof Error)) return thrown;
  const [name] = /^CKR_[A-Z0-9_]{1,60}/.exec(thrown.message) ?? [];
  if (name === undefined)
    return new TouchmarkError("PLUGIN_FAILED", `the module of ${token} failed: ${printableText(thrown.message, 300)}`);
  if (/^CKR_PIN_(?:INCORRECT|INVALID|LEN_RANGE)$/.test(name)) {
    return new TouchmarkError("WRONG_PASSWORD", `the PIN does not open ${token} (${name})`, {
      hint: "Check it before you try again: after a few wrong ones a token locks itself.",
    });
  }
  return new TouchmarkError("PLUGIN_FAILED", `${token} failed (${name})`, {
    ...(name === "CKR_PIN_LOCKED" && { hint: "The token is locked: its administrator can set a new PIN." }),
  });
}
