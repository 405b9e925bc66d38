/** A named pipe in the place of a file: while no program writes into it, a command ends at its time limit and at a signal. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { after, before, describe, it } from "node:test";
import { ended, start } from "./processes.ts";

const waiting: readonly string[] = [
  "verify --key pipe oci:layout",
  "verify --key k.pub --bundle pipe oci:layout",
  "verify --certificate pipe oci:layout",
  "verify --trusted-root pipe --certificate-identity a --certificate-oidc-issuer b oci:layout",
  "verify --key k.pub --registry-cacert pipe registry.invalid/app",
  "tree --registry-cacert pipe registry.invalid/app",
  "copy --registry-cacert pipe registry.invalid/app oci:copied",
  "doctor registry --registry-cacert pipe registry.invalid",
  "log flush --registry-cacert pipe registry.invalid/app",
  "sign --key k.key --registry-cacert pipe registry.invalid/app",
  "verify-blob --key k.pub --bundle k.pub pipe",
  "verify-blob --key k.pub --bundle pipe k.pub",
  "sign-blob --key pipe --bundle new.json k.pub",
  "sign-blob --key k.key --bundle new.json pipe",
  "sign-blob --key k.key --signing-config pipe --trusted-root pipe --bundle new.json k.pub",
  "sign-blob --key k.key --certificate-chain pipe --format notation k.pub",
];
/** These need a regular file, and say so at once. */
const refused: readonly string[] = [
  "verify --key k.pub oci-archive:pipe",
  "copy oci-archive:pipe oci:copied",
  "sign --key k.key oci-archive:pipe",
  "sign-blob --key k.key --bundle pipe k.pub",
  "dct save --to pipe alpine",
];

describe("a pipe into which no program writes", { skip: process.platform === "win32", concurrency: true }, () => {
  let folder = "";
  after(() => rm(folder, { recursive: true, force: true }));
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "touchmark-pipes-"));
    const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    await writeFile(join(folder, "k.key"), privateKey.export({ format: "pem", type: "pkcs8" }));
    await writeFile(join(folder, "k.pub"), publicKey.export({ format: "pem", type: "spki" }));
    execFileSync("mkfifo", [join(folder, "pipe")]);
  });
  const run = (command: string) => start(command, { cwd: folder, env: { HOME: folder, TOUCHMARK_PASSWORD: "" } });

  for (const command of waiting)
    it(`ends at the time limit: ${command}`, async () => {
      const { status, output } = await ended(run(`${command} --timeout 1s`));
      assert.equal(status, 30, output);
      assert.match(output, /not done within 1s/);
    });

  for (const command of refused)
    it(`is refused: ${command}`, async () => {
      const { status, output } = await ended(run(`${command} --timeout 60s`));
      assert.equal(status, 2, output);
      assert.match(output, /pipe/);
    });

  it("ends at a signal where a command has no time limit", async () => {
    const running = run("keys show pipe");
    const result = ended(running);
    await once(running, "spawn");
    for (;;) {
      running.kill("SIGINT");
      const over = await Promise.race([result, setTimeout(100)]);
      if (!over) continue;
      assert.ok(over.status === 130 || running.signalCode === "SIGINT", over.output);
      return;
    }
  });
});
