/**
 * The bundles of the sigstore conformance suite, each by file and by digest, through what the suite would call: those named
 * `_fail` are refused, all others hold.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { readdirSync } from "node:fs";
import { mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { suite, test } from "node:test";
import { promisify } from "node:util";
import { testIo } from "../../fakes/io.ts";
import { main } from "./client.ts";
import { at, flagsOf, folder, operandOf, skip } from "./suite.ts";

async function verifyBundle(...words: readonly string[]): Promise<{ readonly status: number; readonly stderr: string }> {
  const { io, stderr } = testIo({ now: () => at });
  const status = await main(["verify-bundle", ...words], io);
  return { status, stderr: stderr() };
}

suite("sigstore conformance", { skip }, () => {
  const entries = skip === false ? readdirSync(folder, { withFileTypes: true }) : [];
  const names = entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
  test("has its 70 bundles", () => assert.equal(names.length, 70));

  for (const name of names) {
    for (const by of ["file", "digest"] as const) {
      test(`${name} by ${by}`, async () => {
        const { status, stderr } = await verifyBundle(...flagsOf(name), operandOf(name, by));
        assert.equal(status === 0, !name.endsWith("_fail"), stderr);
      });
    }
  }

  test("refuses a managed key's bundle under another key", async () => {
    await using own = await mkdtempDisposable(join(tmpdir(), "touchmark-conformance-"));
    const key = join(own.path, "other.pub");
    await writeFile(key, generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export({ type: "spki", format: "pem" }));
    const flags = flagsOf("managed-key-happy-path").with(flagsOf("managed-key-happy-path").indexOf("--key") + 1, key);
    const { status, stderr } = await verifyBundle(...flags, operandOf("managed-key-happy-path", "file"));
    assert.equal(status, 1);
    assert.match(stderr, /KEY_MISMATCH/);
  });

  test("takes what is no digest, or lies on the disk, for a path", async () => {
    const flags = flagsOf("happy-path-v0.3");
    for (const operand of ["sha256:abc", `sha256:${"A".repeat(64)}`]) {
      const { status, stderr } = await verifyBundle(...flags, operand);
      assert.equal(status, 2);
      assert.match(stderr, /cannot read \.\/sha256:.*no such file/);
    }
  });

  test("says that staging's trust root is not there", async () => {
    const { status, stderr } = await verifyBundle("--staging", "--bundle", "b", "--key", "k", "f");
    assert.equal(status, 2);
    assert.match(stderr, /staging instance is not shipped/);
    assert.equal((await verifyBundle("--staging", ...flagsOf("happy-path-v0.3"), operandOf("happy-path-v0.3", "file"))).status, 0);
  });

  test("understands no other command", async () => {
    const { io } = testIo({});
    assert.equal(await main(["sign-bundle"], io), 2);
    assert.equal(await main([], io), 2);
  });

  for (const [name, by] of [
    ["happy-path-v0.3", "file"],
    ["happy-path-v0.3", "digest"],
    ["managed-key-happy-path", "file"],
    ["invalid-inclusion-proof_fail", "digest"],
  ] as const) {
    test(`as a program: ${name} by ${by}`, { skip: process.platform === "win32" && "needs programs without an ending" }, async () => {
      const env = { ...process.env, PATH: [dirname(process.execPath), process.env["PATH"]].join(delimiter) };
      const words = ["verify-bundle", ...flagsOf(name), operandOf(name, by)];
      const ended = promisify(execFile)(join(import.meta.dirname, "client"), words, { env });
      if (name.endsWith("_fail")) await assert.rejects(ended, { code: 1 });
      else await ended;
    });
  }
});
