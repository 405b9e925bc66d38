/**
 * A trust root in one file, to carry to where there is no network:
 *
 *     {"mediaType": "application/vnd.touchmark.trust-root.v1+json", "instance": INSTANCE, "repository": KEPT}
 *
 * INSTANCE is what `instance.json` holds (see instance.ts). KEPT, for one that a repository keeps up to date, is what
 * `repository.json` holds (see ../tuf/kept.ts): the signed TUF documents, `trusted_root.json` and, where there is one, the
 * signing config. It is verified again where it is imported.
 */
import { encodeUtf8 } from "../../core/bytes.ts";
import { malformed, TouchmarkError } from "../../core/errors.ts";
import { Fields, parseJson } from "../../core/json/json.ts";
import { encodeKept, parseKept, type Kept } from "../tuf/kept.ts";
import { encodeInstance, parseInstance, type Instance } from "./instance.ts";
import { readFetched } from "./repository.ts";

const mediaType = "application/vnd.touchmark.trust-root.v1+json";

export interface Exported {
  readonly instance: Instance;
  /** Of a repository, not verified yet. */
  readonly kept?: Kept;
}

/** JSON. Throws FILE_NOT_FOUND for a repository of which nothing was fetched yet, and as `readTrustRoot`. */
export async function exportInstance(instance: Instance, folder: string): Promise<Uint8Array> {
  const held = instance.kind === "repository" ? await readFetched(instance, folder) : undefined;
  if (instance.kind === "repository" && !held) {
    throw new TouchmarkError("FILE_NOT_FOUND", `nothing was fetched of the trust root ${instance.name} yet`, {
      hint: "Fetch it first.",
      remedy: { id: "update-trust-root", about: instance.name },
    });
  }
  const document = { mediaType, instance: encodeInstance(instance), ...(held && { repository: encodeKept(held.kept) }) };
  return encodeUtf8(`${JSON.stringify(document, undefined, 2)}\n`);
}

export function isExported(fields: Fields): boolean {
  return fields.get("mediaType") === mediaType;
}

/** Throws MALFORMED, and what `parseInstance` does. */
export function parseExported(fields: Fields, name: string): Exported {
  const instance = parseInstance(fields.fields("instance"), name);
  if (fields.has("repository") !== (instance.kind === "repository"))
    throw malformed(`${fields.at}.repository does not go with its instance`);
  return { instance, ...(instance.kind === "repository" && { kept: parseKept(fields.fields("repository")) }) };
}

/** One JSON document, or undefined for what is none: JSON in lines, perhaps. */
export function readDocument(bytes: Uint8Array, what: string, maxBytes: number): Fields | undefined {
  try {
    return new Fields(parseJson(bytes, what, { maxBytes }), what);
  } catch (error) {
    if (error instanceof TouchmarkError && error.code === "MALFORMED") return undefined;
    throw error;
  }
}
