/** The exit status: no peer and no fault makes a command without a result end with 0. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { rawBehaviours, rawPeer } from "../fakes/raw-peer.ts";
import { ended, start, type Ended } from "./processes.ts";

/** Every command that contacts a server; HOST is the peer, and the folder holds the files named. */
const commands: readonly string[] = [
  "verify --key touchmark.pub HOST/app:1",
  "sign --key touchmark.key HOST/app:1",
  "copy HOST/app:1 oci:copied",
  "copy HOST/app:1 HOST/other:1",
  "tree HOST/app:1",
  "log flush HOST/app:1",
  "doctor registry HOST",
  "doctor registry HOST/app",
  "trust import team --mirror http://HOST/ --root root.json",
];

async function folderWithKeys(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "touchmark-status-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  await writeFile(join(folder, "touchmark.key"), privateKey.export({ format: "pem", type: "pkcs8" }));
  await writeFile(join(folder, "touchmark.pub"), publicKey.export({ format: "pem", type: "spki" }));
  await copyFile(join(import.meta.dirname, "../../src/trust-sources/sigstore/public-good/root.json"), join(folder, "root.json"));
  return folder;
}

function run(command: string, folder: string): Promise<Ended> {
  return ended(start(command, { cwd: folder, env: { HOME: folder, TOUCHMARK_PASSWORD: "" } }));
}

describe("a command that asks a peer which", { concurrency: true }, () => {
  for (const [name, behave] of Object.entries(rawBehaviours))
    it(`${name} says so and does not end with 0`, async (t) => {
      const folder = await folderWithKeys(t);
      const host = `127.0.0.1:${await rawPeer(t, behave)}`;
      const runs = commands.map(async (command) => ({ command, ...(await run(command.replaceAll("HOST", host), folder)) }));
      for (const { command, status, output } of await Promise.all(runs)) {
        assert.ok(status !== 0 && status !== null, `${command}: ${status}: ${output}`);
        assert.match(output, /ends the connection|was cut|cannot be used|switches to another protocol|does not answer in HTTP/, command);
      }
    });
});

describe("a command that", () => {
  const settled = (command: string): Promise<Ended> => {
    const module = JSON.stringify(join(import.meta.dirname, "../../src/cli/settle-status.ts"));
    const io = "{ stderr: { isTerminal: false, write: (text) => process.stderr.write(text) }, env: {} }";
    const script = `import { settleStatus } from ${module}; await settleStatus(${command}, ${io});`;
    return ended(spawn(process.execPath, ["--input-type=module", "--eval", script], { stdio: ["ignore", "pipe", "pipe"] }));
  };

  it("never returns ends with 1 and says so once nothing is left to wait for", async () => {
    const { status, output } = await settled("() => new Promise(() => {})");
    assert.match(output, /^error: the command ended without an answer\nhint: /);
    assert.notEqual(status, 0);
  });

  it("returns ends with the status that it returns, and says nothing", async () => {
    for (const expected of [0, 12]) assert.deepEqual(await settled(`async () => ${expected}`), { status: expected, output: "" });
  });

  it("ends the process itself before it returns ends with 1", async () => {
    assert.deepEqual(await settled("async () => process.exit()"), { status: 1, output: "" });
  });
});
