import assert from "node:assert/strict";
import { test } from "node:test";
import { logEntryReference } from "./signed-by.ts";

test("the index of a log entry that is shown is the one that is proved: the promise's, or else the proof's", () => {
  const checkpoint = { envelope: "" };
  const inclusionProof = { logIndex: "5", rootHash: "", treeSize: "6", hashes: [], checkpoint };
  const entry = {
    logIndex: "1000",
    logId: { keyId: "AAAA" },
    kindVersion: { kind: "hashedrekord", version: "0.0.2" },
    inclusionProof,
    canonicalizedBody: "",
  };
  assert.deepEqual(logEntryReference(entry), { index: 5, log: "000000" });
  assert.equal(logEntryReference({ ...entry, inclusionPromise: { signedEntryTimestamp: "" } }).index, 1000);
});
