/**
 * A stored sigstore instance, in a folder of its own name:
 *
 *     NAME/instance.json  {"kind": "repository", "mirror": URL, "root": BASE64}, without a root for the embedded one,
 *                         or {"kind": "files", "imported": TIME, "files": [{"source": TEXT, "bytes": BASE64}, …]}
 *     NAME/MIRROR/        the cache of its TUF repository (see ../tuf/cache-entry.ts)
 *
 * A folder without an instance.json is not a stored instance.
 */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { fromBase64, toBase64 } from "../../core/bytes.ts";
import { malformed, TouchmarkError } from "../../core/errors.ts";
import { formatInstant, parseInstant, type Instant } from "../../core/instant.ts";
import type { Fields, JsonObject } from "../../core/json/json.ts";
import { isMissing } from "../../files/is-missing.ts";
import { parseTrustedRoot } from "../../trust/parse-trusted-root.ts";
import type { TrustedRoot } from "../../trust/trusted-root.ts";
import { readJsonFile, writeJsonFile } from "../../files/json-file.ts";
import { readEmbedded } from "./embedded.ts";
import { parseMirror } from "./mirror-url.ts";
import { checkInstanceName, isInstanceName } from "./instances-folder.ts";
import { trustSourceLimits } from "../limits.ts";

/** An instance with a TUF repository that updates it. */
export interface RepositoryInstance {
  readonly kind: "repository";
  readonly name: string;
  readonly mirror: URL;
  /** The initial trusted root.json; without it, the embedded one of the public instance. */
  readonly root?: Uint8Array;
}

/** An imported instance, which does not change. */
export interface FilesInstance {
  readonly kind: "files";
  readonly name: string;
  readonly imported: Instant;
  /** At least one. */
  readonly files: readonly RootFile[];
}

/** A `trusted_root.json`. */
export interface RootFile {
  /** Its source, for the user. */
  readonly source: string;
  readonly bytes: Uint8Array;
}

export type Instance = RepositoryInstance | FilesInstance;

/** Returns the sorted names in the trust folder. Throws FILE_NOT_FOUND if it cannot be read. */
export async function listInstances(folder: string): Promise<readonly string[]> {
  const names = await entriesOf(folder);
  const chosen = await Promise.all(
    names.filter(isInstanceName).map(async (name) => ((await entriesOf(join(folder, name))).includes("instance.json") ? [name] : [])),
  );
  const found = chosen.flat().toSorted();
  if (found.length > trustSourceLimits.instances) {
    throw new TouchmarkError(
      "LIMIT_EXCEEDED",
      `${folder} holds ${found.length} trust roots, over the limit of ${trustSourceLimits.instances}`,
    );
  }
  return found;
}

/** Reads an instance; undefined if none is stored under this name. Throws USAGE for an invalid name, TRUST_ROOT_INVALID for a damaged one, FILE_NOT_FOUND. */
export async function readInstance(folder: string, name: string): Promise<Instance | undefined> {
  const path = join(folder, checkInstanceName(name), "instance.json");
  try {
    const fields = await readJsonFile(path, trustSourceLimits.instanceBytes);
    return fields && parseInstance(fields, name);
  } catch (error) {
    if (!(error instanceof TouchmarkError) || error.code === "FILE_NOT_FOUND") throw error;
    const hint = "Import it again from its own source.";
    throw new TouchmarkError("TRUST_ROOT_INVALID", `the trust root ${name} is damaged: ${error.message}`, { hint, cause: error });
  }
}

/** Stores an instance; replaces one of the same name. Throws FILE_NOT_FOUND. */
export async function writeInstance(folder: string, instance: Instance): Promise<void> {
  await writeJsonFile(join(folder, checkInstanceName(instance.name), "instance.json"), encodeInstance(instance));
}

/** Throws MALFORMED, and what parsing a trusted root throws. */
export function parseInstance(fields: Fields, name: string): Instance {
  const kind = fields.string("kind");
  if (kind === "repository") {
    const root = fields.optionalString("root");
    const mirror = parseMirror(fields.string("mirror"));
    return { kind, name, mirror, ...(root !== undefined && { root: fromBase64(root, `${fields.at}.root`) }) };
  }
  if (kind !== "files") throw malformed(`${fields.at}.kind is neither "repository" nor "files"`);
  const files = fields.objects("files", trustSourceLimits.instanceRoots).map((file) => ({
    source: file.string("source"),
    bytes: fromBase64(file.string("bytes"), `${file.at}.bytes`),
  }));
  if (files.length === 0) throw malformed(`${fields.at} holds no trusted root`);
  const instance = { kind, name, imported: parseInstant(fields.string("imported"), `${fields.at}.imported`), files } as const;
  rootsOf(instance);
  return instance;
}

export function encodeInstance(instance: Instance): JsonObject {
  const { kind } = instance;
  if (kind === "repository") {
    return { kind, mirror: instance.mirror.href, ...(instance.root && { root: toBase64(instance.root) }) };
  }
  const files = instance.files.map(({ source, bytes }) => ({ source, bytes: toBase64(bytes) }));
  return { kind, imported: formatInstant(instance.imported), files };
}

/** Throws what `parseTrustedRoot` throws. */
export function rootsOf({ files, name }: FilesInstance): readonly TrustedRoot[] {
  return files.map(({ bytes }, i) => parseTrustedRoot(bytes, files.length === 1 ? name : `${name}[${i}]`));
}

/** Returns the initial trusted TUF root of the repository. */
export async function anchorOf({ root }: RepositoryInstance): Promise<Uint8Array> {
  return root ?? readEmbedded("root.json");
}

async function entriesOf(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw new TouchmarkError("FILE_NOT_FOUND", `${folder} cannot be read`, { cause: error });
  }
}
