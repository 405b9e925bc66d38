import assert from "node:assert/strict";
import { sign } from "node:crypto";
import { suite, test } from "node:test";
import * as fc from "fast-check";
import { encodeUtf8, toBase64 } from "../core/bytes.ts";
import { TouchmarkError } from "../core/errors.ts";
import { Fields, parseJson } from "../core/json/json.ts";
import { parseLogBundle } from "../formats/cosign-legacy/log-bundle.ts";
import { hashedrekord, june, makeEntry, makeKey, makeLog, year2025, type TinyLog } from "./log-fixture.test.ts";
import { parseLogEntries, type LogEntry } from "./log-entry.ts";
import type { LoggedSignature } from "./logged-signature.ts";
import { verifyLogEntries } from "./verify-log-entries.ts";
import { verifyLogEntry } from "./verify-log-entry.ts";

const message = encodeUtf8("the bytes that were signed");
const { publicKey, privateKey } = makeKey("p256");
const signature = sign("sha256", message, privateKey);
const logged: LoggedSignature = { signature, content: { kind: "message", message }, verifier: { kind: "key", key: publicKey } };

const rekor1 = makeLog("rekor.example.com", 1);
const rekor2 = makeLog("log2025.example.org", 2);
const logs = [rekor1.authority, rekor2.authority];
const question = { logged, logs, at: june };

// oxlint-disable-next-line typescript/no-explicit-any -- tests reach into it to break it
type Spoilt = any;
const entry1 = (more: object = {}): Spoilt =>
  makeEntry(rekor1, {
    body: hashedrekord(1, message, signature, publicKey),
    kindVersion: { kind: "hashedrekord", version: "0.0.1" },
    integratedTime: june / 1000,
    ...more,
  });
const entry2 = (more: object = {}, log: TinyLog = rekor2): Spoilt =>
  makeEntry(log, {
    body: hashedrekord(2, message, signature, publicKey),
    kindVersion: { kind: "hashedrekord", version: "0.0.2" },
    ...more,
  });

function parse(...entries: readonly object[]): readonly LogEntry[] {
  return parseLogEntries(new Fields(parseJson(encodeUtf8(JSON.stringify({ tlogEntries: entries })), "material"), "material"));
}

function only(entry: object): LogEntry {
  const [read] = parse(entry);
  assert.ok(read);
  return read;
}

/** The code of the check, or `passed`. */
async function outcome(entry: object, more: object = {}): Promise<string> {
  const { check } = await verifyLogEntry(only(entry), { ...question, ...more });
  return check.outcome === "passed" ? "passed" : check.code;
}

const flip = (base64: string): string => toBase64(Buffer.from(base64, "base64").map((byte, i) => (i === 10 ? byte ^ 1 : byte)));

suite("a log entry", () => {
  test("of Rekor 1 verifies log, index and time, by promise and inclusion proof", async () => {
    const proof = await verifyLogEntry(only(entry1()), question);
    assert.ok("value" in proof);
    assert.deepEqual(proof.value, { log: rekor1.authority, logIndex: 4_163_436, integratedTime: june });
    assert.equal(proof.check.detail, "https://rekor.example.com holds it at 4163436, since 2025-06-01T12:00:00Z");
  });

  test("of Rekor 2 verifies log and index, and no time", async () => {
    const proof = await verifyLogEntry(only(entry2()), question);
    assert.ok("value" in proof);
    assert.deepEqual(proof.value, { log: rekor2.authority, logIndex: 5 });
  });

  test("verifies in trees of every small size", async () => {
    for (let others = 0; others < 9; others++) assert.equal(await outcome(entry2({ others })), "passed", `${others} others`);
  });

  test("a time without a promise, or with an invalid one, does not count", async () => {
    const { inclusionPromise, ...without } = entry1();
    const proof = await verifyLogEntry(only(without), question);
    assert.ok("value" in proof);
    assert.equal(proof.value.integratedTime, undefined);
    assert.equal(proof.value.logIndex, 5);
    const signedEntryTimestamp = flip(inclusionPromise.signedEntryTimestamp);
    assert.equal(await outcome({ ...without, inclusionPromise: { signedEntryTimestamp } }), "LOG_ENTRY_INVALID");
    assert.equal(await outcome({ ...without, integratedTime: "0", inclusionPromise }), "LOG_ENTRY_INVALID");
  });

  test("a promise covers its own time, index, log and body", async () => {
    const promised = entry1({ inclusion: false });
    assert.equal(await outcome(promised), "passed");
    const other = entry1({ inclusion: false, body: hashedrekord(1, encodeUtf8("other"), signature, publicKey) });
    for (const spoilt of [
      { ...promised, integratedTime: String(june / 1000 + 1) },
      { ...promised, logIndex: "1" },
      { ...promised, logId: entry2().logId },
      { ...promised, inclusionPromise: other.inclusionPromise },
    ]) {
      assert.equal(await outcome(spoilt), "LOG_ENTRY_INVALID");
    }
  });

  test("without promise and proof, or with either of them invalid, does not verify", async () => {
    assert.equal(await outcome(entry2({ inclusion: false })), "LOG_ENTRY_INVALID");
    const { inclusionProof } = entry1();
    assert.equal(
      await outcome({ ...entry1(), inclusionProof: { ...inclusionProof, hashes: inclusionProof.hashes.map(flip) } }),
      "LOG_ENTRY_INVALID",
    );
  });

  test("with an altered path, index or checkpoint does not verify", async () => {
    const entry = entry2();
    const proof = entry.inclusionProof;
    const other = rekor1.checkpoint([encodeUtf8("another tree")]);
    const checkpoint = (envelope: string) => ({ ...proof, checkpoint: { envelope } });
    for (const inclusionProof of [
      { ...proof, hashes: proof.hashes.slice(1) },
      { ...proof, hashes: [...proof.hashes, proof.rootHash] },
      { ...proof, logIndex: "4" },
      { ...proof, logIndex: "700" },
      checkpoint(proof.checkpoint.envelope.replaceAll("log2025.example.org", "log2025.example.net")),
      checkpoint(proof.checkpoint.envelope.replace("\n\n", "\nmore\n\n")),
      { ...checkpoint(other), treeSize: "1", rootHash: other.split("\n")[2], hashes: [], logIndex: "0" },
    ]) {
      assert.equal(await outcome({ ...entry, inclusionProof }), "LOG_ENTRY_INVALID", JSON.stringify(inclusionProof));
    }
  });

  test("for other content, another signature or another key does not match this signature", async () => {
    const other = makeKey("p256");
    const again = sign("sha256", message, privateKey);
    for (const body of [
      hashedrekord(1, encodeUtf8("other"), signature, publicKey),
      hashedrekord(1, message, again, publicKey),
      hashedrekord(1, message, signature, other.publicKey),
    ]) {
      assert.equal(await outcome(entry1({ body })), "LOG_ENTRY_INVALID");
    }
    const certificate: LoggedSignature = { ...logged, verifier: { kind: "certificate", certificate: publicKey.spki } };
    assert.equal(await outcome(entry1(), { logged: certificate }), "LOG_ENTRY_INVALID");
    assert.equal(await outcome(entry2(), { logged: certificate }), "LOG_ENTRY_INVALID");
  });

  test("of a log outside its period of trust does not verify: by its own time, else by the given one", async () => {
    const late = { ...rekor1.authority, validFor: { start: june + 1 } };
    const ended = { ...rekor2.authority, validFor: { start: year2025.start, end: june - 1 } };
    assert.equal(await outcome(entry1(), { logs: [late] }), "LOG_ENTRY_INVALID");
    assert.equal(await outcome(entry2(), { logs: [ended] }), "LOG_ENTRY_INVALID");
    assert.equal(await outcome(entry2(), { logs: [ended], at: june - 1 }), "passed");
    assert.equal(await outcome(entry1(), { logs: [{ ...late, validFor: { start: june, end: june } }], at: 0 }), "passed");
    assert.equal(await outcome(entry1(), { logs: [late, rekor1.authority] }), "passed");
  });

  test("of an untrusted log does not count; nor does one by another key under a trusted id", async () => {
    assert.equal(await outcome(entry1(), { logs: [rekor2.authority] }), "LOG_ENTRY_MISSING");
    const impostor = makeLog("log2025.example.org", 2);
    assert.equal(await outcome(entry2({}, impostor)), "LOG_ENTRY_MISSING");
    assert.equal(await outcome({ ...entry2({}, impostor), logId: entry2().logId }), "LOG_ENTRY_INVALID");
  });

  test("may identify its log by the four bytes of its checkpoints", async () => {
    const { id } = rekor2.authority;
    assert.equal(await outcome(entry2(), { logs: [{ ...rekor2.authority, id: id.slice(0, 8) }] }), "passed");
    assert.equal(await outcome(entry2(), { logs: [{ ...rekor2.authority, id: "00".repeat(32), checkpointId: id.slice(0, 8) }] }), "passed");
    assert.equal(await outcome(entry2(), { logs: [{ ...rekor2.authority, checkpointId: "00000000" }] }), "LOG_ENTRY_INVALID");
  });

  test("with contradictory members is malformed", () => {
    const entry = entry1();
    const proof = entry.inclusionProof;
    for (const spoilt of [
      { ...entry, kindVersion: { kind: "dsse", version: "0.0.1" } },
      { ...entry, logIndex: "-1" },
      { ...entry, logIndex: "9007199254740993" },
      { ...entry, integratedTime: "9007199254740991" },
      { ...entry, logId: undefined },
      { ...entry, canonicalizedBody: toBase64(encodeUtf8("{}")) },
      { ...entry, inclusionProof: { ...proof, treeSize: "8" } },
      { ...entry, inclusionProof: { ...proof, rootHash: flip(proof.rootHash) } },
      { ...entry, inclusionProof: { ...proof, checkpoint: undefined } },
      { ...entry, inclusionProof: { ...proof, hashes: ["AAAA"] } },
    ]) {
      assert.throws(() => parse(spoilt), { code: "MALFORMED" }, JSON.stringify(spoilt).slice(0, 200));
    }
  });

  test("comes with at most 31 others, and with a path no longer than the height of a tree", () => {
    assert.equal(parse(...Array.from({ length: 32 }, () => entry2())).length, 32);
    assert.throws(() => parse(...Array.from({ length: 33 }, () => entry2())), { code: "LIMIT_EXCEEDED" });
    const { inclusionProof, ...entry } = entry2();
    const hashes = Array.from({ length: 65 }, () => inclusionProof.rootHash);
    assert.throws(() => parse({ ...entry, inclusionProof: { ...inclusionProof, hashes } }), { code: "LIMIT_EXCEEDED" });
  });

  test("with any byte of its JSON altered is refused, or has the same meaning", async () => {
    const text = JSON.stringify({ tlogEntries: [entry1()] });
    await fc.assert(
      fc.asyncProperty(fc.nat(text.length - 1), fc.integer({ min: 32, max: 126 }), async (at, code) => {
        const spoilt = text.slice(0, at) + String.fromCharCode(code) + text.slice(at + 1);
        try {
          const entries = parseLogEntries(new Fields(parseJson(encodeUtf8(spoilt), "material"), "material"));
          const proof = await verifyLogEntries(entries, { ...question, threshold: 1 });
          // A member that lost its name is absent: less is verified then, never anything else.
          if ("value" in proof) assert.ok(proof.value.every(({ integratedTime = june }) => integratedTime === june));
        } catch (error) {
          assert.ok(error instanceof TouchmarkError, String(error));
        }
      }),
      { numRuns: 300 },
    );
  });
});

suite("cosign's annotation", () => {
  const entry = entry1({ inclusion: false });
  const Payload = {
    body: toBase64(hashedrekord(1, message, signature, publicKey)),
    integratedTime: june / 1000,
    logIndex: 4_163_436,
    logID: rekor1.authority.id,
  };
  const annotation = (more: object = {}) =>
    JSON.stringify({ SignedEntryTimestamp: entry.inclusionPromise.signedEntryTimestamp, Payload: { ...Payload, ...more } });

  test("gives the same entry", async () => {
    assert.deepEqual(parseLogBundle(annotation()), only(entry));
    const proof = await verifyLogEntry(parseLogBundle(annotation()), question);
    assert.equal(proof.check.outcome, "passed");
  });

  test("does not verify with another time or body", async () => {
    const body = toBase64(hashedrekord(1, encodeUtf8("other"), signature, publicKey));
    for (const more of [{ integratedTime: 1 }, { logIndex: 1 }, { body }]) {
      const { check } = await verifyLogEntry(parseLogBundle(annotation(more)), question);
      assert.equal(check.outcome, "failed");
    }
  });

  test("is refused if malformed", () => {
    for (const text of [
      "",
      "null",
      "{}",
      annotation({ logID: "wNI9" }),
      annotation({ body: {} }),
      annotation({ integratedTime: 2 ** 53 }),
    ]) {
      assert.throws(() => parseLogBundle(text), { code: "MALFORMED" }, text.slice(0, 100));
    }
  });
});

suite("a threshold of logs", () => {
  const codeOf = async (entries: readonly object[], threshold: number, more: object = {}): Promise<string> => {
    const { check } = await verifyLogEntries(parse(...entries), { ...question, threshold, ...more });
    return check.outcome === "passed" ? "passed" : check.code;
  };

  test("is met by logs of as many operators", async () => {
    const proof = await verifyLogEntries(parse(entry1(), entry2()), { ...question, threshold: 2 });
    assert.ok("value" in proof);
    assert.deepEqual(
      proof.value.map(({ log }) => log.operator),
      ["example.com", "example.org"],
    );
    assert.equal(await codeOf([entry1()], 2), "LOG_ENTRY_MISSING");
  });

  test("includes the times of an operator's other logs", async () => {
    const shards = [makeLog("log2025.example.com", 2), rekor1] as const;
    const proof = await verifyLogEntries(parse(entry2({}, shards[0]), entry1()), {
      ...question,
      logs: shards.map(({ authority }) => authority),
      threshold: 1,
    });
    assert.ok("value" in proof);
    assert.deepEqual(
      proof.value.map(({ integratedTime }) => integratedTime),
      [undefined, june],
    );
  });

  test("is not met by one log twice, nor by two logs of one operator", async () => {
    assert.equal(await codeOf([entry1(), entry1()], 2), "LOG_ENTRY_MISSING");
    assert.equal(await codeOf([entry2(), entry2({ others: 3 })], 2), "LOG_ENTRY_MISSING");
    const second = makeLog("log2026.example.org", 2);
    const both = { logs: [rekor2.authority, second.authority] };
    assert.equal(await codeOf([entry2(), entry2({}, second)], 2, both), "LOG_ENTRY_MISSING");
    assert.equal(await codeOf([entry2(), entry2({}, second)], 1, both), "passed");
  });

  test("of zero is not met by no entries", async () => {
    assert.equal(await codeOf([], 0), "LOG_ENTRY_MISSING");
    assert.equal(await codeOf([], 1), "LOG_ENTRY_MISSING");
  });

  test("fails if an entry of a trusted log is invalid; one of an unknown log is skipped", async () => {
    const stranger = makeLog("log.example.net", 2);
    assert.equal(await codeOf([entry2({}, stranger), entry1()], 1), "passed");
    assert.equal(await codeOf([entry2({}, stranger)], 1), "LOG_ENTRY_MISSING");
    const other = entry2({ body: hashedrekord(2, encodeUtf8("other"), signature, publicKey) });
    assert.equal(await codeOf([entry1(), other], 1), "LOG_ENTRY_INVALID");
  });
});
