import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { checkFileFacts } from "../tuf/file-facts.ts";
import { acceptSnapshot, acceptTargets, acceptTimestamp, openRoot } from "../tuf/workflow.ts";
import { readEmbedded } from "./embedded.ts";

const vector = (name: string) => readFile(new URL(`../../../test/vectors/tuf/${name}`, import.meta.url));

test("the embedded public root is self-signed, and verifies the embedded trusted root", async () => {
  const root = openRoot(await readEmbedded("root.json"));
  const timestamp = acceptTimestamp(await vector("timestamp.json"), root);
  const snapshot = acceptSnapshot(await vector("165.snapshot.json"), root, timestamp);
  const targets = acceptTargets(await vector("14.targets.json"), root, snapshot);
  checkFileFacts(await readEmbedded("trusted_root.json"), targets.files.get("trusted_root.json") ?? assert.fail(), "it");
  assert.equal(root.version, 15);
});
