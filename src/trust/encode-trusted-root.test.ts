import assert from "node:assert/strict";
import { generateKeyPairSync, X509Certificate, type KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";
import { suite, test } from "node:test";
import * as fc from "fast-check";
import { publicKeyOf } from "../core/keys/public-key.ts";
import { parseCertificate } from "../core/x509/certificate.ts";
import { encodeTrustedRoot } from "./encode-trusted-root.ts";
import { parseTrustedRoot } from "./parse-trusted-root.ts";
import { makeTrust } from "./trust.ts";
import type { LogAuthority, TrustedRoot } from "./trusted-root.ts";

const file = readFileSync(new URL("../../test/vectors/tuf/trusted_root.json", import.meta.url));
const real = parseTrustedRoot(file, "the public root");
const empty: TrustedRoot = { certificateAuthorities: [], logs: [], certificateLogs: [], timestampAuthorities: [] };
const keys = [
  generateKeyPairSync("ed25519").publicKey,
  ...["P-256", "P-384", "P-521"].map((namedCurve) => generateKeyPairSync("ec", { namedCurve }).publicKey),
  generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey,
];
const digest = (root: TrustedRoot) => makeTrust({ roots: [root] }).digest;
const again = (root: TrustedRoot) => parseTrustedRoot(encodeTrustedRoot(root), "written");

function works(work: () => unknown): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}

function logWith(key: KeyObject, more: Partial<LogAuthority> = {}): LogAuthority {
  const publicKey = publicKeyOf(key, "the key");
  const name = "https://log.example.com";
  return { name, id: publicKey.fingerprint, operator: "example.com", publicKey, validFor: { start: 0 }, ...more };
}

suite("encoding a trusted root", () => {
  test("writes the public one as its operators did", () => {
    const written: unknown = JSON.parse(Buffer.from(encodeTrustedRoot(real)).toString());
    assert.deepEqual(written, JSON.parse(file.toString()));
  });

  test("refuses a certificate that OpenSSL cannot read", () => {
    const [authority] = real.certificateAuthorities;
    const certificate = authority?.chain.at(-1)?.raw;
    assert.ok(authority && certificate);
    const opaque = Array.from(certificate, (_, at) => certificate.map((byte, i) => (i === at ? 0x7f : byte))).flatMap((raw) => {
      if (works(() => new X509Certificate(raw))) return [];
      return works(() => parseCertificate(raw)) ? [parseCertificate(raw)] : [];
    });
    assert.ok(opaque.length > 0);
    for (const one of opaque) {
      const root = { ...empty, certificateAuthorities: [{ ...authority, chain: [one] }] };
      assert.throws(() => encodeTrustedRoot(root), { code: "MALFORMED" });
    }
  });

  test("what is written reads back the same", () => {
    const instants = fc.integer({ min: 0, max: 4e12 });
    const log = fc.record({
      key: fc.constantFrom(...keys),
      start: instants,
      end: fc.option(instants, { nil: undefined }),
      operator: fc.constantFrom("example.com", "example.org"),
      checkpointId: fc.option(fc.constantFrom("01020304", "ffffffff"), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(log, { maxLength: 5 }), fc.array(log, { maxLength: 5 }), (some, others) => {
        const logs = (drawn: typeof some) =>
          drawn.map(({ key, start, end, operator, checkpointId }) =>
            logWith(key, {
              operator,
              validFor: { start, ...(end !== undefined && { end: start + end }) },
              ...(checkpointId !== undefined && { checkpointId }),
            }),
          );
        const root = { ...empty, logs: logs(some), certificateLogs: logs(others) };
        assert.equal(digest(again(root)), digest(root));
      }),
      { numRuns: 50 },
    );
  });

  test("uses version 0.2 if a log or an authority has members that 0.1 lacks", () => {
    const [key] = keys;
    assert.ok(key);
    const version = (root: TrustedRoot) => String(JSON.parse(Buffer.from(encodeTrustedRoot(root)).toString()).mediaType).slice(-9);
    assert.equal(version({ ...empty, logs: [logWith(key)] }), "rsion=0.1");
    assert.equal(version({ ...empty, logs: [logWith(key, { checkpointId: "01020304" })] }), "v0.2+json");
    assert.equal(
      version({ ...real, timestampAuthorities: real.timestampAuthorities.map((one) => ({ ...one, operator: "x" })) }),
      "v0.2+json",
    );
  });

  test("refuses a log whose key type has no name in the format", () => {
    const key = generateKeyPairSync("rsa", { modulusLength: 2056 }).publicKey;
    assert.throws(() => encodeTrustedRoot({ ...empty, logs: [logWith(key)] }), { code: "INVALID_KEY", message: /rsa of 2056 bits/ });
  });
});
