import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { suite, test } from "node:test";
import { publicTrustedRoot } from "../../../test/fakes/tuf-repository.ts";
import { encodeUtf8, toHex } from "../../core/bytes.ts";
import { encodePem } from "../../core/asn1/pem.ts";
import type { Certificate } from "../../core/x509/certificate.ts";
import { parsePublicKey } from "../../trust/parse-public-key.ts";
import { parseTrustedRoot } from "../../trust/parse-trusted-root.ts";
import type { TrustedRoot } from "../../trust/trusted-root.ts";
import { logId } from "./log-id.ts";
import { createTrustedRoot, type InstanceServices } from "./services.ts";

const real = parseTrustedRoot(encodeUtf8(publicTrustedRoot), "the public root");
const pem = (chain: readonly Certificate[] = []) => chain.map(({ raw }) => encodePem("CERTIFICATE", raw)).join("");
const key = (file: string) => readFileSync(new URL(`../../../test/vectors/keys/cosign/${file}.pub`, import.meta.url), "utf8");
const ca = real.certificateAuthorities[1]?.chain ?? [];
const tsa = real.timestampAuthorities[0]?.chain ?? [];
const env = {
  CA: pem(ca),
  REVERSED: pem(ca.toReversed()),
  TSA: pem(tsa),
  LEAF: pem(tsa.slice(0, 1)),
  KEY: key("ecdsa-p256"),
  ED: key("ed25519"),
  RSA: key("rsa-2048"),
  TEXT: "no key",
  MANY: pem(Array.from({ length: 17 }, () => ca.slice(-1)).flat()),
};
const create = (services: Partial<InstanceServices>): Promise<TrustedRoot> =>
  createTrustedRoot({ fulcio: [], rekor: [], ctfe: [], tsa: [], ...services }, { env });
const start = "start-time=2026-01-01T00:00:00Z";

suite("a trusted root is created", () => {
  test("from authorities, valid from the start of their certificates", async () => {
    const root = await create({
      fulcio: ["url=https://ca.example,certificate-chain=env://CA"],
      tsa: ["url=https://tsa.example, certificate-chain=env://TSA ,end-time=2030-01-01T00:00:00Z"],
    });
    const [authority] = root.certificateAuthorities;
    assert.deepEqual(authority?.validFor, { start: ca.at(-1)?.notBefore });
    assert.deepEqual([authority?.name, authority?.operator, authority?.chain.length], ["https://ca.example", "ca.example", 2]);
    assert.deepEqual(root.timestampAuthorities[0]?.validFor, { start: tsa[0]?.notBefore, end: Date.UTC(2030, 0, 1) });
  });

  test("with times of any offset", async () => {
    const periodOf = async (text: string) =>
      (await create({ rekor: [`url=https://log.example,public-key=env://KEY,start-time=${text}`] })).logs[0]?.validFor.start;
    assert.equal(await periodOf("2026-01-01T00:00:00Z"), Date.UTC(2026, 0, 1));
    assert.equal(await periodOf("2026-01-01T01:30:00+01:30"), Date.UTC(2026, 0, 1));
    assert.equal(await periodOf("2025-12-31T19:00:00.5-05:00"), Date.UTC(2026, 0, 1) + 500);
  });

  test("from logs, each under the id by which entries name it", async () => {
    const id = (name: keyof typeof env, origin?: string) => toHex(logId(parsePublicKey(encodeUtf8(env[name]), name), origin));
    const { fingerprint } = parsePublicKey(encodeUtf8(env.KEY), "key");
    assert.equal(id("KEY"), fingerprint);
    assert.equal(id("KEY", "log.example"), fingerprint, "an ECDSA key has one id whatever the origin");
    assert.notEqual(id("ED", "log.example"), id("ED"));
    assert.notEqual(id("RSA", "log.example"), id("RSA", "log2.example"));
    const [log] = real.logs.slice(-1);
    assert.ok(log);
    assert.equal(toHex(logId(log.publicKey, "log2025-1.rekor.sigstore.dev")), log.id, "as the public log of tiles has it");
    const root = await create({ ctfe: [`url=https://ct.example,public-key=env://ED,${start},origin=ct.example`] });
    assert.equal(root.certificateLogs[0]?.id, id("ED", "ct.example"));
  });

  const log = `url=https://log.example,public-key=env://KEY,${start}`;
  const authority = "url=https://ca.example,certificate-chain=env://CA";
  const refused: Record<string, readonly [Partial<InstanceServices>, RegExp]> = {
    "a log without a start": [{ rekor: ["url=https://log.example,public-key=env://KEY"] }, /rekor lacks start-time/],
    "an empty value": [{ rekor: [`${log},origin=`] }, /lacks origin/],
    "a key that is not known": [{ ctfe: [`${log},orgin=x`] }, /ctfe has "orgin=x"; it takes url, public-key/],
    "a key that is another service's": [{ fulcio: [`${authority},origin=x`] }, /fulcio has "origin=x"/],
    "a key twice": [{ rekor: [`${log},${start}`] }, /start-time twice/],
    "what is no pair": [{ rekor: ["https://log.example"] }, /rekor has "https:\/\/log.example"/],
    "a time that is none": [{ rekor: [log.slice(0, -1)] }, /start-time of rekor is not a time/],
    "an end before the start": [{ rekor: [`${log},end-time=2025-01-01T00:00:00Z`] }, /ends before it starts/],
    "an origin with blanks": [{ rekor: [`${log},origin=a b`] }, /cannot be the origin/],
    "an origin with a Unicode space": [{ rekor: [`${log},origin=a\u0085b`] }, /cannot be the origin/],
    "one key for two logs": [{ rekor: [log, log.replace("log.", "log2.")] }, /two logs given by rekor have one id/],
    "a chain from the root down": [{ fulcio: [authority.replace("CA", "REVERSED")] }, /goes from the issuing certificate up/],
    "timestamps by an authority of certificates": [{ tsa: [authority] }, /needs the certificate that signs timestamps/],
    "timestamps without an authority": [{ tsa: [authority.replace("CA", "LEAF")] }, /needs the certificate that signs timestamps/],
  };
  for (const [what, [services, message]] of Object.entries(refused)) {
    test(`but not from ${what}`, () => assert.rejects(create(services), { code: "USAGE", message }));
  }

  test("but not from files that are missing or hold something else", async () => {
    await assert.rejects(create({ rekor: [log.replace("KEY", "ABSENT")] }), { code: "FILE_NOT_FOUND" });
    await assert.rejects(create({ rekor: [log.replace("KEY", "TEXT")] }), { code: "INVALID_KEY", message: /env:\/\/TEXT must hold/ });
    const fulcio = (name: string) => create({ fulcio: [authority.replace("CA", name)] });
    await assert.rejects(fulcio("MANY"), { code: "LIMIT_EXCEEDED", message: /holds 17 certificates, over the limit of 16/ });
    await assert.rejects(fulcio("KEY"), { code: "MALFORMED", message: /holds a PUBLIC KEY, where certificates are expected/ });
  });
});
