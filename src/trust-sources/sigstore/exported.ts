/**
 * A trust root exported to one file, for machines without a network:
 *
 *     {"mediaType": "application/vnd.touchmark.trust-root.v1+json", "instance": INSTANCE, "repository": KEPT}
 *
 * INSTANCE is the content of `instance.json` (see instance.ts). KEPT, for one with a TUF repository, is the content of
 * `repository.json` holds (see ../tuf/cache-entry.ts): the signed TUF documents, `trusted_root.json` and, where there is one, the
 * signing config. It is verified again when it is imported.
 */
import { encodeUtf8 } from "../../core/bytes.ts";
import { malformed, TouchmarkError } from "../../core/errors.ts";
import { Fields, parseJson } from "../../core/json/json.ts";
import { encodeCached, parseCached, type CachedContent } from "../tuf/cache-entry.ts";
import { encodeInstance, parseInstance, type Instance } from "./instance.ts";
import { readFetched } from "./repository.ts";

const mediaType = "application/vnd.touchmark.trust-root.v1+json";

export interface Exported {
  readonly instance: Instance;
  /** The cached TUF documents, not verified yet. */
  readonly kept?: CachedContent;
}

/** Returns the file's content, JSON. Throws FILE_NOT_FOUND if nothing has been fetched yet, and as `readTrustRoot` does. */
export async function exportInstance(instance: Instance, folder: string): Promise<Uint8Array> {
  const held = instance.kind === "repository" ? await readFetched(instance, folder) : undefined;
  if (instance.kind === "repository" && !held) {
    throw new TouchmarkError("FILE_NOT_FOUND", `nothing was fetched of the trust root ${instance.name} yet`, {
      hint: "Fetch it first.",
      remedy: { id: "update-trust-root", about: instance.name },
    });
  }
  const document = { mediaType, instance: encodeInstance(instance), ...(held && { repository: encodeCached(held.kept) }) };
  return encodeUtf8(`${JSON.stringify(document, undefined, 2)}\n`);
}

export function isExported(fields: Fields): boolean {
  return fields.get("mediaType") === mediaType;
}

/** Throws MALFORMED, and what `parseInstance` throws. */
export function parseExported(fields: Fields, name: string): Exported {
  const instance = parseInstance(fields.fields("instance"), name);
  if (fields.has("repository") !== (instance.kind === "repository"))
    throw malformed(`${fields.at}.repository does not go with its instance`);
  return { instance, ...(instance.kind === "repository" && { kept: parseCached(fields.fields("repository")) }) };
}

/** Parses one JSON document; undefined if it is not one, such as JSON lines. */
export function readDocument(bytes: Uint8Array, what: string, maxBytes: number): Fields | undefined {
  try {
    return new Fields(parseJson(bytes, what, { maxBytes }), what);
  } catch (error) {
    if (error instanceof TouchmarkError && error.code === "MALFORMED") return undefined;
    throw error;
  }
}
