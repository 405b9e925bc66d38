/** The content of the documents of the four top-level roles (TUF specification 1.0, sections 4.3 to 4.6). */
import { malformed, TouchmarkError } from "../../core/errors.ts";
import { Fields } from "../../core/json/json.ts";
import { parseDocument, readVersion, type Document, type Role } from "./document.ts";
import { readFileFacts, type FileFacts } from "./file-facts.ts";
import { readKey, type TufKey } from "./key.ts";
import { trustSourceLimits } from "../limits.ts";

export interface TufRoot extends Document {
  readonly keys: ReadonlyMap<string, TufKey>;
  readonly roles: Readonly<Record<Role, Quorum>>;
  /** Whether file names contain the version or hash (consistent snapshots). */
  readonly consistent: boolean;
}

/** The keys of a role and its threshold. */
export interface Quorum {
  readonly keyIds: ReadonlySet<string>;
  /** At least 1. */
  readonly threshold: number;
}

export interface DocumentFacts extends FileFacts {
  readonly version: number;
}

export interface TufTimestamp extends Document {
  readonly snapshot: DocumentFacts;
}

export interface TufSnapshot extends Document {
  readonly targets: DocumentFacts;
  /** By their names: `targets.json`, and those of delegated roles. */
  readonly versions: ReadonlyMap<string, number>;
}

export interface TufTargets extends Document {
  readonly files: ReadonlyMap<string, TargetFacts>;
}

export interface TargetFacts extends FileFacts {
  readonly length: number;
}

export function parseRoot(bytes: Uint8Array): TufRoot {
  const document = parseDocument("root", bytes);
  const { signed } = document;
  const roles = signed.fields("roles");
  const keys = members(signed, "keys", trustSourceLimits.tufKeys).flatMap(([id, fields]) => {
    const key = readKey(fields);
    return key === undefined ? [] : [[id, key] as const];
  });
  return {
    ...document,
    keys: new Map(keys),
    roles: {
      root: readQuorum(roles.fields("root")),
      timestamp: readQuorum(roles.fields("timestamp")),
      snapshot: readQuorum(roles.fields("snapshot")),
      targets: readQuorum(roles.fields("targets")),
    },
    consistent: readFlag(signed, "consistent_snapshot"),
  };
}

export function parseTufTimestamp(bytes: Uint8Array): TufTimestamp {
  const document = parseDocument("timestamp", bytes);
  return { ...document, snapshot: readDocumentFacts(document.signed.fields("meta").fields("snapshot.json")) };
}

export function parseSnapshot(bytes: Uint8Array): TufSnapshot {
  const document = parseDocument("snapshot", bytes);
  const meta = members(document.signed, "meta", trustSourceLimits.tufFiles);
  return {
    ...document,
    targets: readDocumentFacts(document.signed.fields("meta").fields("targets.json")),
    versions: new Map(meta.map(([name, fields]) => [name, readVersion(fields)])),
  };
}

export function parseTargets(bytes: Uint8Array): TufTargets {
  const document = parseDocument("targets", bytes);
  const files = members(document.signed, "targets", trustSourceLimits.tufFiles).map(([name, fields]) => {
    if (!isTargetName(name))
      throw malformed(`${document.signed.at} has a target whose name leads elsewhere: ${JSON.stringify(name.slice(0, 100))}`);
    const facts = readFileFacts(fields);
    if (facts.digests.length === 0) throw malformed(`${fields.at} has no hashes`);
    return [name, { ...facts, length: fields.size("length") }] as const;
  });
  return { ...document, files: new Map(files) };
}

/** A relative path without `.` and `..`. */
export function isTargetName(name: string): boolean {
  return name.length <= 1000 && name.isWellFormed() && !/[\\\p{Cc}]/u.test(name) && !name.split("/").some((part) => /^\.{0,2}$/.test(part));
}

function readQuorum(fields: Fields): Quorum {
  const threshold = fields.size("threshold");
  if (threshold === 0) throw malformed(`${fields.at}.threshold is 0, which every document meets`);
  const keyIds = fields.list("keyids", trustSourceLimits.tufKeys).map((id) => {
    if (typeof id !== "string") throw malformed(`${fields.at}.keyids has an entry that is not a string`);
    return id;
  });
  return { keyIds: new Set(keyIds), threshold };
}

function readDocumentFacts(fields: Fields): DocumentFacts {
  return { ...readFileFacts(fields), version: readVersion(fields) };
}

function readFlag(fields: Fields, name: string): boolean {
  const value = fields.get(name) ?? false;
  if (typeof value !== "boolean") throw malformed(`${fields.at}.${name} is neither true nor false`);
  return value;
}

/** Reads the members of an object of objects. */
function members(fields: Fields, name: string, max: number): readonly (readonly [string, Fields])[] {
  const { object, at } = fields.fields(name);
  const entries = Object.entries(object);
  if (entries.length > max) throw new TouchmarkError("LIMIT_EXCEEDED", `${at} has ${entries.length} members, over the limit of ${max}`);
  return entries.map(([member, value]) => [member, new Fields(value, `${at}.${member.slice(0, 100)}`)] as const);
}
