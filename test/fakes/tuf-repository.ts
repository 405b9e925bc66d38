/**
 * A TUF repository that a test publishes and serves on loopback, with its own keys. Everything published is valid; a test then replaces
 * files, or answers of some paths.
 */
import { constants, createHash, generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import { join } from "node:path";
import type { TestContext } from "node:test";

export type Role = "root" | "timestamp" | "snapshot" | "targets";

export interface TestKey {
  readonly id: string;
  readonly value: object;
  readonly sign: (message: Uint8Array) => Buffer;
}

export type TestKeyKind = "ecdsa" | "ecdsa-sha2-nistp256" | "ed25519" | "rsa";

let made = 0;

export function makeKey(kind: TestKeyKind = "ed25519", id: string = `key-${++made}`): TestKey {
  if (kind === "ed25519") {
    const { publicKey, privateKey } = generateKeyPairSync("ed25519");
    const hex = Buffer.from(publicKey.export({ format: "jwk" }).x ?? "", "base64url").toString("hex");
    return { id, value: { keytype: kind, scheme: kind, keyval: { public: hex } }, sign: (message) => sign(null, message, privateKey) };
  }
  if (kind === "rsa") {
    const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const key = { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
    return { id, value: pemKey(kind, "rsassa-pss-sha256", publicKey), sign: (message) => sign("sha256", message, key) };
  }
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return { id, value: pemKey(kind, "ecdsa-sha2-nistp256", publicKey), sign: (message) => sign("sha256", message, privateKey) };
}

function pemKey(keytype: string, scheme: string, key: KeyObject): object {
  return { keytype, scheme, keyval: { public: key.export({ format: "pem", type: "spki" }) } };
}

/** The time of publication; documents are valid for another week. */
export const published: number = Date.parse("2026-11-21T09:00:00Z");
const day = 24 * 60 * 60 * 1000;

export class TufRepository {
  readonly keys: Record<Role, TestKey[]>;
  readonly thresholds: Record<Role, number> = { root: 1, timestamp: 1, snapshot: 1, targets: 1 };
  readonly versions: Record<Role, number> = { root: 0, timestamp: 0, snapshot: 0, targets: 0 };
  readonly expires: Record<Role, number>;
  /** By name; published by `publish`. */
  targets: Record<string, string> = { "trusted_root.json": "the first" };
  consistent: boolean = true;
  /** The served files, by path. */
  readonly files: Map<string, Uint8Array> = new Map();
  /** Answers that replace files. */
  readonly answers: Map<string, (response: ServerResponse) => void> = new Map();
  /** Requested paths, in order. */
  readonly seen: string[] = [];
  /** The initial root. */
  readonly root: Uint8Array;

  constructor(keys: Partial<Record<Role, TestKey[]>> = {}) {
    this.keys = { root: [makeKey()], timestamp: [makeKey()], snapshot: [makeKey()], targets: [makeKey()], ...keys };
    const week = published + 7 * day;
    this.expires = { root: week, timestamp: week, snapshot: week, targets: week };
    this.root = this.rotate();
    this.publish();
  }

  /** Publishes the next root with the current keys and thresholds, signed by them and by `also`. */
  rotate(also: readonly TestKey[] = []): Uint8Array {
    const version = ++this.versions.root;
    const bytes = this.signed(this.rootBody(version), [...this.keys.root, ...also]);
    this.files.set(`${version}.root.json`, bytes);
    return bytes;
  }

  rootBody(version: number): object {
    const roles = Object.entries(this.keys).map(([role, keys]) => [
      role,
      { keyids: keys.map(({ id }) => id), threshold: this.thresholds[roleOf(role)] },
    ]);
    return {
      ...this.header("root", version),
      consistent_snapshot: this.consistent,
      keys: Object.fromEntries(
        Object.values(this.keys)
          .flat()
          .map(({ id, value }) => [id, value]),
      ),
      roles: Object.fromEntries(roles),
    };
  }

  /** Publishes the next targets, snapshot and timestamp. */
  publish(): void {
    for (const [name, text] of Object.entries(this.targets)) {
      const at = name.lastIndexOf("/") + 1;
      const prefix = this.consistent ? `${hash(Buffer.from(text))}.` : "";
      this.files.set(`targets/${name.slice(0, at)}${prefix}${name.slice(at)}`, Buffer.from(text));
    }
    const files = Object.entries(this.targets).map(([name, text]) => [name, factsOf(Buffer.from(text))]);
    const targets = this.document("targets", { targets: Object.fromEntries(files) });
    this.publishSnapshot({ "targets.json": { version: this.versions.targets, ...factsOf(targets) } });
  }

  publishSnapshot(meta: object): void {
    const snapshot = this.document("snapshot", { meta });
    this.publishTimestamp({ version: this.versions.snapshot, ...factsOf(snapshot) });
  }

  publishTimestamp(snapshot: object): void {
    this.document("timestamp", { meta: { "snapshot.json": snapshot } });
  }

  /** The role's next document, added to the served files. */
  document(role: "timestamp" | "snapshot" | "targets", body: object): Uint8Array {
    const version = ++this.versions[role];
    const bytes = this.signed({ ...this.header(role, version), ...body }, this.keys[role]);
    this.files.set(role === "timestamp" || !this.consistent ? `${role}.json` : `${version}.${role}.json`, bytes);
    return bytes;
  }

  header(role: Role, version: number): object {
    return { _type: role, spec_version: "1.0.31", version, expires: new Date(this.expires[role]).toISOString().replace(/\.\d+Z$/, "Z") };
  }

  signed(body: object, keys: readonly TestKey[]): Uint8Array {
    const message = Buffer.from(canonical(body));
    const signatures = keys.map((key) => ({ keyid: key.id, sig: key.sign(message).toString("hex") }));
    return Buffer.from(JSON.stringify({ signatures, signed: body }, null, 1));
  }

  /** Serves it until the test ends. */
  async serve(t: TestContext): Promise<URL> {
    const server = createServer((request, response) => {
      const path = decodeURIComponent(request.url ?? "").slice(1);
      this.seen.push(path);
      const answer = this.answers.get(path);
      const bytes = this.files.get(path);
      if (answer) answer(response);
      else response.writeHead(bytes ? 200 : 404).end(bytes);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    t.after(() => {
      server.closeAllConnections();
      server.close();
    });
    const address = server.address();
    if (typeof address !== "object" || address === null) throw new Error("the server has no port");
    return new URL(`http://127.0.0.1:${address.port}/`);
  }
}

/** The public instance's `trusted_root.json`, which its real repository held in August 2026. */
export const publicTrustedRoot: string = readFileSync(join(import.meta.dirname, "../vectors/tuf/trusted_root.json"), "utf8");

/** A repository of a sigstore instance, published at this time, and good for a week. */
export function publishSigstore(at: number = published, trustedRoot: string = publicTrustedRoot, signingConfig?: string): TufRepository {
  const repository = new TufRepository();
  for (const role of ["root", "timestamp", "snapshot", "targets"] as const) repository.expires[role] = at + 7 * day;
  repository.targets = {
    "trusted_root.json": trustedRoot,
    ...(signingConfig !== undefined && { "signing_config.v0.2.json": signingConfig }),
  };
  if (at !== published) repository.rotate();
  repository.publish();
  return repository;
}

function factsOf(bytes: Uint8Array): object {
  return { length: bytes.length, hashes: { sha256: hash(bytes) } };
}

function hash(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function roleOf(name: string): Role {
  if (name === "root" || name === "timestamp" || name === "snapshot" || name === "targets") return name;
  throw new Error(`${name} is no role`);
}

/** Canonical JSON for what is published here: ASCII alone. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value === "string") return `"${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${canonical(name)}:${canonical(member)}`).join(",")}}`;
}
