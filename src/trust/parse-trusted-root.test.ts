import assert from "node:assert/strict";
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import { suite, test } from "node:test";
import * as fc from "fast-check";
import { corporaFolder, corpusPath, skipWithout } from "../../test/fakes/corpora.ts";
import { readsOrRefuses } from "../../test/reads-or-refuses.ts";
import { encodeUtf8 } from "../core/bytes.ts";
import { parseTrustedRoot } from "./parse-trusted-root.ts";
import { isWithin } from "./trusted-root.ts";

const parse = (document: unknown) => parseTrustedRoot(encodeUtf8(JSON.stringify(document)), "root");

const ed25519 = generateKeyPairSync("ed25519").publicKey;
const p256 = generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey;
const der = (key: KeyObject) => key.export({ format: "der", type: "spki" }).toString("base64");
const id = (bytes: number) => ({ keyId: Buffer.alloc(bytes, 7).toString("base64") });
const validFor = { start: "2025-01-01T00:00:00Z" };

const log = {
  baseUrl: "https://log.example.com",
  hashAlgorithm: "SHA2_256",
  publicKey: { rawBytes: der(ed25519), keyDetails: "PKIX_ED25519", validFor },
  logId: id(32),
};
const root = (more: object) => ({ mediaType: "application/vnd.dev.sigstore.trustedroot.v0.2+json", ...more });
const withLog = (more: object) => root({ tlogs: [{ ...log, ...more }] });

suite("a trusted root", () => {
  test("every spelling of the two versions is read, other versions are not supported", () => {
    for (const mediaType of ["+json;version=0.1", ".v0.1+json", ".v0.2+json"]) {
      const read = parse({ mediaType: `application/vnd.dev.sigstore.trustedroot${mediaType}`, tlogs: [log] });
      assert.deepEqual([read.logs.length, read.certificateLogs, read.timestampAuthorities], [1, [], []]);
    }
    assert.throws(() => parse({ ...root({}), mediaType: "application/vnd.dev.sigstore.trustedroot.v0.3+json" }), { code: "UNSUPPORTED" });
    assert.throws(() => parse({ ...root({}), mediaType: "application/json" }), { code: "MALFORMED" });
    assert.throws(() => parse({ tlogs: [log] }), { code: "MALFORMED" });
  });

  test("version 0.2 names a log's operator and the key id of its checkpoints", () => {
    const [read] = parse(withLog({ checkpointKeyId: id(4), operator: "example.org" })).logs;
    assert.equal(read?.operator, "example.org");
    assert.equal(read?.checkpointId, "07070707");
    assert.equal(read?.id, "07".repeat(32));
    assert.equal(parse(withLog({ logId: null, checkpointKeyId: id(4) })).logs[0]?.id, "07070707");
  });

  test("the operator defaults to the domain, so that two logs in one domain count once", () => {
    const operators = [
      "https://rekor.example.com",
      "log-2.rekor.example.com",
      "http://localhost:3000",
      "http://10.1.2.3:80",
      "http://[::1]",
    ];
    assert.deepEqual(
      operators.map((baseUrl) => parse(withLog({ baseUrl })).logs[0]?.operator),
      ["example.com", "example.com", "localhost", "10.1.2.3", "[::1]"],
    );
  });

  test("a period requires a start, and must not end before it", () => {
    const during = (period: object) => withLog({ publicKey: { ...log.publicKey, validFor: period } });
    for (const period of [
      {},
      { end: validFor.start },
      { ...validFor, end: "2024-12-31T23:59:59Z" },
      { start: "yesterday" },
      { start: "2025-02-30T00:00:00Z" },
    ]) {
      assert.throws(() => parse(during(period)), { code: "MALFORMED" }, JSON.stringify(period));
    }
    assert.throws(() => parse(withLog({ publicKey: { ...log.publicKey, validFor: null } })), { code: "MALFORMED" });
    const period = parse(during({ ...validFor, end: "2025-06-30T23:59:59.999Z" })).logs[0]?.validFor;
    assert.ok(period);
    assert.deepEqual(
      ["2024-12-31T23:59:59Z", "2025-01-01T00:00:00Z", "2025-06-30T23:59:59.999Z", "2025-07-01T00:00:00Z"].map((at) =>
        isWithin(period, Date.parse(at)),
      ),
      [false, true, true, false],
    );
  });

  test("a log of an unknown kind is skipped, one whose key does not match its type refuses the file", () => {
    assert.deepEqual(parse(withLog({ hashAlgorithm: "SHA2_512" })).logs, []);
    assert.deepEqual(parse(withLog({ publicKey: { ...log.publicKey, keyDetails: "ML_DSA_65" } })).logs, []);
    for (const rawBytes of [der(p256), "AAAA"]) {
      assert.throws(() => parse(withLog({ publicKey: { ...log.publicKey, rawBytes } })), { code: "INVALID_KEY" });
    }
  });

  test("ids of wrong length, empty chains, invalid certificates, and too many logs are refused", () => {
    const authority = (certificates: readonly object[]) => root({ certificateAuthorities: [{ certChain: { certificates }, validFor }] });
    for (const document of [withLog({ logId: id(20) }), withLog({ logId: null }), authority([]), authority([{ rawBytes: "AAAA" }])]) {
      assert.throws(() => parse(document), { code: "MALFORMED" });
    }
    assert.throws(() => parse(root({ tlogs: Array.from({ length: 65 }, () => log) })), { code: "LIMIT_EXCEEDED" });
  });

  test("any document is read or throws a TouchmarkError", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom("tlogs", "ctlogs", "certificateAuthorities", "timestampAuthorities"), (value, name) => {
        readsOrRefuses(() => parse(root({ [name]: [value] })));
      }),
    );
  });

  test(
    "the public root and those of the conformance suite are read, except for the invalid one",
    { skip: skipWithout("sigstore-conformance", "sigstore-root-targets") },
    () => {
      const files = globSync(["sigstore-root-targets/trusted_root.json", "sigstore-conformance/bundle-verify/*/trusted_root.json"], {
        cwd: corporaFolder,
      });
      assert.ok(files.length > 30);
      for (const file of files) {
        const read = () => parseTrustedRoot(readFileSync(corpusPath(file)), file);
        if (file.includes("tlog-missing-validity-start")) assert.throws(read, { code: "MALFORMED" });
        else assert.ok(read().certificateAuthorities.length > 0, file);
      }
      const real = parseTrustedRoot(readFileSync(corpusPath("sigstore-root-targets/trusted_root.json")), "root");
      assert.deepEqual(
        [...real.logs, ...real.timestampAuthorities].map(({ name, operator }) => [name, operator]),
        [
          ["https://rekor.sigstore.dev", "sigstore.dev"],
          ["https://log2025-1.rekor.sigstore.dev", "sigstore.dev"],
          ["https://timestamp.sigstore.dev/api/v1/timestamp", "sigstore.dev"],
        ],
      );
    },
  );
});
