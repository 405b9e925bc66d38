/** Unsigned trust data of Docker Content Trust in the notary client's layout, and a scripted notary server that serves it. */
import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Instant } from "../../src/core/instant.ts";
import { makeCertificate, makeKey } from "../../src/core/x509/fixture.test.ts";
import { pem } from "./notary.ts";
import type { Script, SeenRequest } from "./scripted-registry.ts";

/** Bytes by path, as `targets/releases.json` and `1.root.json`. */
export type TrustFiles = ReadonlyMap<string, Uint8Array>;

export interface TrustShape {
  /** The common name of the root certificate; by default the repository. */
  readonly commonName?: string;
  readonly rootVersion?: number;
  readonly delegations?: readonly string[];
  /** Distinguishes otherwise equal data. */
  readonly version?: number;
  readonly expires?: string;
}

const validity: Readonly<Record<"notBefore" | "notAfter", Instant>> = { notBefore: Date.UTC(2020, 0), notAfter: Date.UTC(2036, 0) };

export function makeTrustFiles(gun: string, shape: TrustShape = {}): TrustFiles {
  const { commonName = gun, rootVersion = 1, delegations = [], version = 1, expires = "2026-12-15T00:00:00Z" } = shape;
  const certificate = makeCertificate({ subject: `CN=${commonName}`, key: makeKey(), ...validity });
  const keys = { id: { keytype: "ecdsa-x509", keyval: { private: null, public: Buffer.from(pem(certificate)).toString("base64") } } };
  const rootOf = (of: number): Uint8Array => encode({ _type: "Root", version: of, keys, roles: {}, consistent_snapshot: false });

  const roles = ["targets", ...delegations].map((role): [string, Uint8Array] => [
    role,
    encode({ _type: "Targets", version, targets: {}, delegations: { keys: {}, roles: [] } }),
  ]);
  const named = new Map([["root", rootOf(rootVersion)], ...roles]);
  const snapshot = encode({ _type: "Snapshot", version, meta: metaOf(named) });
  const timestamp = encode({ _type: "Timestamp", version, meta: metaOf(new Map([["snapshot", snapshot]])), expires });
  const current = new Map([...named, ["snapshot", snapshot], ["timestamp", timestamp]]);
  const earlier = Array.from({ length: rootVersion - 1 }, (_, i): [string, Uint8Array] => [`${i + 1}.root.json`, rootOf(i + 1)]);
  return new Map([...[...current].map(([role, bytes]): [string, Uint8Array] => [`${role}.json`, bytes]), ...earlier]);
}

function encode(signed: Readonly<Record<string, unknown>>): Uint8Array {
  return Buffer.from(JSON.stringify({ signed: { expires: "2029-01-01T00:00:00Z", ...signed }, signatures: [] }));
}

function metaOf(files: ReadonlyMap<string, Uint8Array>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Array.from(files, ([role, bytes]) => [role, { hashes: { sha256: sha256(bytes).toString("base64") }, length: bytes.length }]),
  );
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash("sha256").update(bytes).digest();
}

/** Serves each file under its name and, except for earlier roots, under the name with its digest. */
export function notaryScript(gun: string, files: TrustFiles): Script {
  const prefix = `/v2/${gun}/_trust/tuf/`;
  const pinned = Array.from(files, ([path, bytes]): [string, Uint8Array] => [
    path.replace(/json$/, `${sha256(bytes).toString("hex")}.json`),
    bytes,
  ]);
  const served = new Map([...files, ...pinned]);
  return {
    [`GET ${prefix}*`]: ({ path }: SeenRequest) => {
      const body = served.get(path.slice(prefix.length));
      return body ? { body, headers: { "content-type": "application/json" } } : notFound;
    },
  };
}

export const notFound = {
  status: 404,
  body: '{"errors":[{"code":"METADATA_NOT_FOUND","message":"You have requested metadata that does not exist."}]}',
};

/** Writes the files as the docker client keeps them, beside a private key. */
export async function writeTrustFolder(folder: string, gun: string, files: TrustFiles): Promise<void> {
  for (const [path, bytes] of files) {
    const to = join(folder, "tuf", gun, "metadata", path);
    await mkdir(dirname(to), { recursive: true });
    await writeFile(to, bytes);
  }
  await mkdir(join(folder, "private"), { recursive: true });
  await writeFile(join(folder, "private", "root.key"), "a secret");
}
