/** What registries, archives and their users write: references, headers, credentials, tar, trust data of notary servers. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeUtf8, toLatin1 } from "../../../src/core/bytes.ts";
import { formatReference, parseReference } from "../../../src/core/oci/reference.ts";
import { parseChallenges } from "../../../src/registry/challenge.ts";
import { parseAuthFile } from "../../../src/registry/credentials/auth-file.ts";
import { HeaderScanner } from "../../../src/registry/header-scanner.ts";
import { indexArchive } from "../../../src/registry/layout/archive-index.ts";
import { encodeHeader, padding, parseHeader, parseRecords } from "../../../src/registry/layout/tar.ts";
import { nextLink } from "../../../src/registry/link.ts";
import { digestsIn, parseMetadata } from "../../../src/registry/sources/notary/metadata.ts";
import { parsePkcs11Uri } from "../../../src/signers/pkcs11/pkcs11-uri.ts";
import { IdentityToken } from "../../../src/signers/keyless/identity/identity-token.ts";
import { documents, texts } from "../seeds.ts";
import { usualCodes, type FuzzTarget } from "../target.ts";

const header = (text: string): string => toLatin1(Buffer.from(text, "latin1"));
const tarFile = (name: string, content: string): Uint8Array =>
  Buffer.concat([encodeHeader(name, content.length), Buffer.from(content), padding(content.length)]);
const archive = Buffer.concat([tarFile("index.json", "{}"), tarFile("blobs/ö".repeat(20), "abc"), Buffer.alloc(1024)]);
const base64Url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

let folder: string | undefined;
/** One file that every input is written to, in a folder that ends with the process. */
function scratch(): string {
  if (folder === undefined) {
    const made = mkdtempSync(join(tmpdir(), "touchmark-fuzz-"));
    process.once("exit", () => rmSync(made, { recursive: true, force: true }));
    folder = made;
  }
  return join(folder, "archive.tar");
}

export const registry: readonly FuzzTarget[] = [
  {
    name: "reference",
    shape: "text",
    codes: ["INVALID_REFERENCE", "MALFORMED"],
    seeds: () =>
      texts(
        "alpine",
        "localhost:5000/a/b:1",
        `[::1]:5000/a__b@sha256:${"0".repeat(64)}`,
        "oci:C:\\a:1",
        `oci-archive:/a.tar@sha256:${"0".repeat(64)}`,
      ),
    words: ["oci:", "oci-archive:", "@sha512:", "docker.io/", "library/", ":", "/", "__", "--"],
    read(input) {
      const reference = parseReference(decodeUtf8(input));
      assert.deepEqual(parseReference(formatReference(reference)), reference);
    },
  },
  {
    name: "challenge",
    shape: "text",
    codes: usualCodes,
    seeds: () =>
      texts('Bearer realm="https://auth.example/token",service="a\\"b",scope="repository:a:pull", Basic realm=x', "Negotiate abc=="),
    words: [", ", "=", '"', "\\", "Bearer ", "Basic ", "realm"],
    read: (input) => parseChallenges(header(toLatin1(input))),
  },
  {
    name: "link",
    shape: "text",
    codes: usualCodes,
    seeds: () => texts('</v2/app/referrers/x?next=2>; rel="next"', '<a>; rel=prev; x, <b>;rel="first next"'),
    words: ["<", ">", ";", ",", "rel=", '"next"'],
    read: (input) => nextLink(header(toLatin1(input))),
  },
  {
    name: "header-scanner",
    shape: "text",
    codes: usualCodes,
    seeds: () => texts('a="b\\c" , d'),
    words: ['"', "\\", " ", "\t"],
    read(input) {
      const scanner = new HeaderScanner(toLatin1(input), "Test");
      while (!scanner.atEnd) {
        const took =
          scanner.skipWhitespace() || scanner.attempt(() => scanner.value()) !== undefined || scanner.take(/[=,;]/y) !== undefined;
        if (!took) throw scanner.malformed();
      }
    },
  },
  {
    name: "auth-file",
    shape: "json",
    codes: usualCodes,
    seeds: () =>
      documents({
        auths: { "registry.example": { auth: "YTpi" }, b: { identitytoken: "t" }, c: {} },
        credHelpers: { d: "e" },
        credsStore: "f",
      }),
    read: (input) => parseAuthFile(input, "input").auths.forEach((read) => read()),
  },
  {
    name: "tar-header",
    shape: "bytes",
    codes: usualCodes,
    seeds: () => [encodeHeader("index.json", 2), encodeHeader("big", 2 ** 40)],
    words: ["ustar\0", "ustar  \0", "0000644"],
    read: (input) => parseHeader(withChecksum(input)),
  },
  { name: "tar-records", shape: "bytes", codes: usualCodes, seeds: () => texts("12 path=abc\n9 size=1\n"), read: parseRecords },
  {
    name: "archive-index",
    shape: "bytes",
    codes: usualCodes,
    seeds: () => [archive],
    words: ["GNU.sparse.name=", "./", "../", "x", "g", "L"],
    async read(input) {
      const bytes = Buffer.concat(blocksOf(input).map((block) => (isHeader(block) ? withChecksum(block) : block)));
      writeFileSync(scratch(), bytes);
      const file = await open(scratch());
      try {
        await indexArchive(file, bytes.length);
      } finally {
        await file.close();
      }
    },
  },
  {
    name: "notary-metadata",
    shape: "json",
    codes: usualCodes,
    seeds: () =>
      documents({
        signed: {
          _type: "Snapshot",
          version: 3,
          expires: "2026-12-15T00:00:00Z",
          meta: { targets: { hashes: { sha256: Buffer.alloc(32).toString("base64") } } },
        },
        signatures: [{}],
      }),
    read: (input) => digestsIn(parseMetadata(input, "snapshot", "input")),
  },
  {
    name: "pkcs11-uri",
    shape: "text",
    codes: ["USAGE", "MALFORMED"],
    seeds: () => texts("pkcs11:token=a%20b;object=c;id=%01%02;slot-id=3;type=private?module-path=/usr/lib/a.so&pin-value=1234"),
    words: ["pin-source=", "manufacturer=", "model=", "serial=", ";", "&", "%ff", "%00"],
    read: (input) => parsePkcs11Uri(decodeUtf8(input)),
  },
  {
    name: "identity-token",
    shape: "text",
    codes: ["IDENTITY_TOKEN_INVALID", "MALFORMED"],
    seeds: () =>
      texts(
        `${base64Url({ alg: "none" })}.${base64Url({ iss: "https://a", sub: "b", aud: ["c"], exp: 1e9, nbf: 1, email: "d", email_verified: true })}.YQ`,
      ),
    read: (input) => new IdentityToken(decodeUtf8(input), "input").challenge,
  },
];

/** Such that mutation gets past the checksum. */
function withChecksum(input: Uint8Array): Uint8Array {
  if (input.length < 512) return input;
  const block = Buffer.from(input);
  const sum = block.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 0x20 : byte), 0);
  block.write(`${sum.toString(8).padStart(6, "0").slice(-6)}\0 `, 148, "latin1");
  return block;
}

function blocksOf(input: Uint8Array): readonly Buffer[] {
  return Array.from({ length: Math.ceil(input.length / 512) }, (_, i) => Buffer.from(input.subarray(i * 512, i * 512 + 512)));
}

function isHeader(block: Buffer): boolean {
  return block.length === 512 && block.subarray(257, 262).equals(Buffer.from("ustar"));
}
