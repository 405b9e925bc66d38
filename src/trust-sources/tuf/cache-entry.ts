/**
 * The cache of one TUF repository between updates, in its own folder. Cached content is not trusted until
 * it is verified again. Each file is replaced atomically: of two concurrent updates, the last one wins.
 *
 *     roots.json       {"roots": [BASE64, …]}: every root after the initial trusted one, oldest first
 *     repository.json  {"fetched": TIME, "roots": …, "timestamp": BASE64, "snapshot": BASE64, "targets": BASE64,
 *                      "files": {NAME: BASE64, …}}: everything that one update verified
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { fromBase64, toBase64 } from "../../core/bytes.ts";
import { malformed } from "../../core/errors.ts";
import { parseInstant, type Instant } from "../../core/instant.ts";
import type { Fields, JsonObject } from "../../core/json/json.ts";
import { readJsonFile, writeJsonFile } from "../../files/json-file.ts";
import { trustSourceLimits } from "../limits.ts";

export interface CachedContent {
  /** Time of the update, by the local clock. It is not signed: it only decides when to update again. */
  readonly fetched: Instant;
  readonly roots: readonly Uint8Array[];
  readonly timestamp: Uint8Array;
  readonly snapshot: Uint8Array;
  readonly targets: Uint8Array;
  /** Bytes by the target's name. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** Returns the mirror's own folder in a cache for many mirrors. */
export function folderOf(mirror: URL, cache: string): string {
  const host = mirror.hostname.replaceAll(/[^a-z0-9.-]/g, "_");
  return join(cache, `${host}-${createHash("sha256").update(mirror.href).digest("hex").slice(0, 16)}`);
}

/** Reads the cache; undefined if no update has been stored. Throws MALFORMED, LIMIT_EXCEEDED, or FILE_NOT_FOUND if it cannot be read. */
export async function readCached(folder: string): Promise<CachedContent | undefined> {
  const fields = await readJsonFile(join(folder, "repository.json"), trustSourceLimits.keptBytes);
  return fields && parseCached(fields);
}

/** Throws MALFORMED. */
export function parseCached(fields: Fields): CachedContent {
  const document = (name: "timestamp" | "snapshot" | "targets") => fromBase64(fields.string(name), `${fields.at}.${name}`);
  const files = Object.entries(fields.strings("files")).map(([name, text]) => [name, fromBase64(text, `${fields.at}.files`)] as const);
  return {
    fetched: parseInstant(fields.string("fetched"), `${fields.at}.fetched`),
    roots: rootsOf(fields),
    timestamp: document("timestamp"),
    snapshot: document("snapshot"),
    targets: document("targets"),
    files: new Map(files),
  };
}

export function encodeCached({ fetched, roots, timestamp, snapshot, targets, files }: CachedContent): JsonObject {
  return {
    fetched: new Date(fetched).toISOString(),
    roots: roots.map(toBase64),
    timestamp: toBase64(timestamp),
    snapshot: toBase64(snapshot),
    targets: toBase64(targets),
    files: Object.fromEntries(Array.from(files, ([name, bytes]) => [name, toBase64(bytes)])),
  };
}

/** Creates the folder if needed, readable only by this user. Throws FILE_NOT_FOUND. */
export function writeCached(folder: string, content: CachedContent): Promise<void> {
  return writeJsonFile(join(folder, "repository.json"), encodeCached(content));
}

/** Throws as `readCached` does. */
export async function readRoots(folder: string): Promise<readonly Uint8Array[]> {
  const fields = await readJsonFile(join(folder, "roots.json"), trustSourceLimits.keptBytes);
  return fields ? rootsOf(fields) : [];
}

export function writeRoots(folder: string, roots: readonly Uint8Array[]): Promise<void> {
  return writeJsonFile(join(folder, "roots.json"), { roots: roots.map(toBase64) });
}

function rootsOf(fields: Fields): readonly Uint8Array[] {
  return fields.list("roots", trustSourceLimits.keptRoots).map((text) => {
    if (typeof text !== "string") throw malformed(`${fields.at}.roots holds what is no string`);
    return fromBase64(text, `${fields.at}.roots`);
  });
}
