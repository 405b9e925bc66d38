import assert from "node:assert/strict";
import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { suite, test } from "node:test";
import * as fc from "fast-check";
import { readsOrRefuses } from "../../../test/reads-or-refuses.ts";
import { concat, encodeUtf8, toBase64 } from "../bytes.ts";
import { cosignedAt, isCheckpointSignedBy, parseCheckpoint } from "./checkpoint.ts";
import { publicKeyOf } from "../keys/public-key.ts";

const pair = () => {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  return { key: publicKeyOf(publicKey, "key"), privateKey };
};
const [log, witness] = [pair(), pair()];

const rootHash = createHash("sha256").update("root").digest();
const textOf = (origin: string) => `${origin}\n736\n${toBase64(rootHash)}\n`;
const line = (name: string, keyId: string, signature: Uint8Array) =>
  `— ${name} ${toBase64(concat([Buffer.from(keyId, "hex"), signature]))}\n`;
const text = textOf("log.example.com");
const own = line("log.example.com", "01020304", sign(null, encodeUtf8(text), log.privateKey));

const seconds = 1_755_900_000;
const witnessId = createHash("sha256")
  .update("witness.example/w1\n\u0004")
  .update(witness.key.spki.subarray(-32))
  .digest("hex")
  .slice(0, 8);
const cosignature = (over: string, at = seconds) => {
  const stamp = Buffer.alloc(8);
  stamp.writeBigUInt64BE(BigInt(at));
  const signature = sign(null, encodeUtf8(`cosignature/v1\ntime ${at}\n${over}`), witness.privateKey);
  return line("witness.example/w1", witnessId, concat([stamp, signature]));
};

const parse = (note: string) => parseCheckpoint(note, "checkpoint");
const isSigned = (note: string, keyId = "01020304") => isCheckpointSignedBy(parse(note), keyId, log.key);

suite("a checkpoint", () => {
  test("has an origin, size, root and signatures", () => {
    const read = parse(`${text}\n${own}${cosignature(text)}`);
    assert.deepEqual([read.origin, read.size, read.rootHash], ["log.example.com", 736, rootHash]);
    assert.deepEqual(
      read.signatures.map(({ name, keyId }) => [name, keyId]),
      [
        ["log.example.com", "01020304"],
        ["witness.example/w1", witnessId],
      ],
    );
  });

  test("verifies with its log's key, in any line, beside any lines of other signers", async () => {
    const other = line("log.example.com", "ffffffff", Buffer.alloc(64));
    for (const lines of [own, cosignature(text) + own, own + other, other + cosignature(text) + own]) {
      assert.ok(await isSigned(`${text}\n${lines}`));
    }
    assert.ok(!(await isSigned(`${text}\n${other}`)));
    assert.ok(!(await isSigned(`${text}\n${own}`, "01020305")));
  });

  test("of Rekor 1 is signed under the name before its tree's number", async () => {
    const numbered = textOf("log.example.com - 1193050959916656506");
    const signed = (name: string) => `${numbered}\n${line(name, "01020304", sign(null, encodeUtf8(numbered), log.privateKey))}`;
    assert.ok(await isSigned(signed("log.example.com")));
    assert.ok(!(await isSigned(signed("log.example.org"))));
  });

  test("is forged if one line of the log's key does not verify, or the text differs", async () => {
    const forged = line("log.example.com", "01020304", Buffer.alloc(64));
    assert.ok(!(await isSigned(`${text}\n${own}${forged}`)));
    assert.ok(!(await isSigned(`${text}\n${forged}${own}`)));
    assert.ok(!(await isSigned(`${text.replace("736", "737")}\n${own}`)));
    assert.ok(!(await isSigned(`${text}extension\n\n${own}`)));
    assert.ok(!(await isSigned(`${textOf("log.example.org")}\n${own}`)));
  });

  test("gives the time of a witness's cosignature", async () => {
    const at = (note: string, name = "witness.example/w1", key = witness.key) => cosignedAt(parse(note), name, key);
    assert.equal(await at(`${text}\n${own}${cosignature(text)}`), seconds * 1000);
    assert.equal(await at(`${text}\n${own}`), undefined);
    assert.equal(await at(`${text}\n${own}${cosignature(textOf("other"))}`), undefined);
    assert.equal(await at(`${text}\n${own}${cosignature(text)}`, "witness.example/w2"), undefined);
    assert.equal(await at(`${text}\n${own}${cosignature(text)}`, "witness.example/w1", log.key), undefined);
    assert.equal(await at(`${text}\n${own}`, "log.example.com", log.key), undefined);
    await assert.rejects(at(`${text}\n${cosignature(text, 2 ** 45)}`), { code: "MALFORMED" });
  });

  test("has key names without Unicode spaces, which are not those of JavaScript", () => {
    const named = (name: string): string => `${text}\n— ${name} ${toBase64(Buffer.alloc(68))}\n`;
    for (const space of ["\u0085", "\u00a0", "\u2003", "\u2028", "\u3000", " "])
      assert.throws(() => parse(named(`na${space}me`)), { code: "MALFORMED" }, JSON.stringify(space));
    for (const name of ["na\u{feff}me", "n\u200bame", "\u540d"]) assert.equal(parse(named(name)).signatures[0]?.name, name);
  });

  test("with a missing or invalid part is malformed", () => {
    const root = toBase64(rootHash);
    for (const note of [
      "",
      text,
      `${text}\n`,
      `${text}\n\n`,
      `${text}\n${own.trimEnd()}`,
      `${text}\n${own}\n`,
      `${text}\nno signature\n`,
      `${text}\n— name AAAA\n`,
      `${text}\n— na+me ${toBase64(Buffer.alloc(68))}\n`,
      `736\n${root}\n\n${own}`,
      `log\n${root}\n\n${own}`,
      `log\n736\n\n${own}`,
      `\n736\n${root}\n\n${own}`,
      `log\n0736\n${root}\n\n${own}`,
      `log\n-1\n${root}\n\n${own}`,
      `log\n9007199254740992\n${root}\n\n${own}`,
      `log\n736\n${toBase64(rootHash.subarray(1))}\n\n${own}`,
      `log\n736\n${root}\r\n\n${own}`,
    ]) {
      assert.throws(() => parse(note), { code: "MALFORMED" }, JSON.stringify(note));
    }
  });

  test("is bounded", () => {
    assert.throws(() => parse(`${text}\n${own.repeat(65)}`), { code: "LIMIT_EXCEEDED" });
    assert.throws(() => parse(`${text}${"extension\n".repeat(10_000)}\n${own}`), { code: "LIMIT_EXCEEDED" });
  });

  test("any text is read or throws a TouchmarkError", () => {
    const piece = fc.oneof(fc.string(), fc.constantFrom("\n", "\n\n", "— ", own, text, "736\n", "— name "));
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        readsOrRefuses(() => parse(pieces.join("")));
      }),
    );
  });
});
