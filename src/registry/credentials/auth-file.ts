/**
 * Reads the credentials of Docker's config.json and podman's auth.json:
 *
 *     {"auths":{KEY:ENTRY},"credHelpers":{REGISTRY:NAME},"credsStore":NAME}
 *     ENTRY  {"auth":BASE64("user:password")} | {"username":TEXT,"password":TEXT} | {"identitytoken":TEXT} | {"registrytoken":TEXT}
 *
 * As their own readers do, an empty file counts as one without credentials, an empty name of a helper as none, and the Base64 of a
 * password may lack its padding, hold line feeds, and encode NULs at the end.
 */
import { throwIfAborted } from "../../core/async/interruption.ts";
import { decodeUtf8, fromBase64 } from "../../core/bytes.ts";
import { malformed, TouchmarkError } from "../../core/errors.ts";
import { Fields, parseJson } from "../../core/json/json.ts";
import { isMissing } from "../../files/is-missing.ts";
import { readPath } from "../../files/read-source.ts";
import type { Credential } from "./credential.ts";
import { registryLimits } from "../limits.ts";

export interface AuthFile {
  /** Each entry is parsed when needed: an invalid entry of one registry does not affect another's. */
  readonly auths: ReadonlyMap<string, () => Credential | undefined>;
  readonly credHelpers: ReadonlyMap<string, string>;
  readonly credsStore?: string;
}

/** Undefined if there is no such file. Throws FILE_NOT_FOUND if it cannot be read, MALFORMED if it is invalid. */
export async function readAuthFile(path: string, signal: AbortSignal): Promise<AuthFile | undefined> {
  let bytes: Uint8Array;
  try {
    bytes = await readPath(path, { maxBytes: registryLimits.authFileBytes, signal });
  } catch (error) {
    throwIfAborted(signal);
    if (error instanceof TouchmarkError && error.code !== "FILE_NOT_FOUND") throw error;
    if (error instanceof Error && isMissing(error.cause)) return undefined;
    throw new TouchmarkError("FILE_NOT_FOUND", `the credentials in ${path} cannot be read`, { cause: error });
  }
  return parseAuthFile(bytes, path);
}

export function parseAuthFile(bytes: Uint8Array, path: string): AuthFile {
  if (bytes.every((byte) => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d))) return { auths: new Map(), credHelpers: new Map() };
  const fields = new Fields(parseJson(bytes, path, { maxBytes: registryLimits.authFileBytes }), path);
  const auths = fields.optionalFields("auths");
  const credsStore = fields.optionalString("credsStore");
  return {
    auths: new Map(Object.keys(auths?.object ?? {}).map((key) => [key, () => readEntry(auths?.optionalFields(key), path)])),
    credHelpers: new Map(Object.entries(fields.strings("credHelpers")).filter(([, name]) => name !== "")),
    ...(credsStore && { credsStore }),
  };
}

/** An entry is empty if a helper has the credential. */
function readEntry(entry: Fields | undefined, source: string): Credential | undefined {
  const token = entry?.optionalString("identitytoken");
  if (token) return { kind: "identity", token, source };
  const registryToken = entry?.optionalString("registrytoken");
  if (registryToken) return { kind: "registry-token", token: registryToken, source };
  const auth = entry?.optionalString("auth");
  if (auth) return { kind: "password", ...readPair(auth, `${entry?.at}.auth`), source };
  const username = entry?.optionalString("username");
  const password = entry?.optionalString("password");
  return username && password !== undefined ? { kind: "password", username, password, source } : undefined;
}

function readPair(text: string, at: string): { readonly username: string; readonly password: string } {
  const digits = text.replaceAll(/[\s=]/g, "");
  const pair = decodeUtf8(fromBase64(digits.padEnd(Math.ceil(digits.length / 4) * 4, "="), at), at);
  const colon = pair.indexOf(":");
  if (colon < 0) throw malformed(`${at} is not of the form user:password`);
  return { username: pair.slice(0, colon), password: pair.slice(colon + 1).replace(/\0+$/, "") };
}
