/**
 * The registry's process, killed again and again while clients push, and started again on the same folder: what it
 * acknowledged is there, what it did not is there whole or not at all. `TOUCHMARK_KILLS` says how often,
 * `TOUCHMARK_SEED` repeats a run as far as the machine's own timing allows.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { test, type TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { matchesDigest, parseDigest } from "../../src/core/digest.ts";
import { printed, start, type Running } from "../cli/processes.ts";
import { inspect } from "./inspection.ts";
import { Journal } from "./journal.ts";
import { pushUntilKilled } from "./pusher.ts";
import { seededRandom, testSeed } from "../fakes/random.ts";

const kills = Number(process.env["TOUCHMARK_KILLS"] ?? 5);
const clients = 4;
/** The registry is killed up to so many milliseconds after one of the first acknowledgements: counted, so that a busy machine only takes longer. */
const within = { acknowledgements: 40, milliseconds: 10 };

test(`a registry killed at ${kills} moments of pushing loses nothing and shows nothing half-written`, async (t) => {
  t.diagnostic(`TOUCHMARK_SEED=${testSeed}`);
  const random = seededRandom(testSeed);
  const folder = await mkdtemp(join(tmpdir(), "touchmark-crash-"));
  t.after(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  const journal = new Journal();

  for (let round = 0; round < kills; round++) {
    const before = journal.pushes.length;
    const { url, process } = await serve(t, folder);
    let killed = false;
    const pushing = Array.from({ length: clients }, () => pushUntilKilled(url, journal, seededRandom(random.below(2 ** 32)), () => killed));
    await Promise.race([journal.acknowledgedAfter(random.below(within.acknowledgements)), Promise.all(pushing)]);
    await sleep(random.below(within.milliseconds));
    killed = true;
    await kill(process);
    await Promise.all(pushing);

    const again = await serve(t, folder);
    await inspect(again.url, journal, journal.pushes.slice(before));
    await kill(again.process);
  }

  await checkFiles(join(folder, "images", "contents"));
  const incoming = join(folder, "images", "incoming");
  for (const left of await readdir(incoming)) await utimes(join(incoming, left), 0, 0);
  const { url } = await serve(t, folder);
  assert.deepEqual(await readdir(incoming), [], "what the kills left behind is still there");
  const acknowledged = journal.pushes.filter((push) => push.acknowledged !== undefined);
  await inspect(url, journal, acknowledged);
  t.diagnostic(`${acknowledged.length} of ${journal.pushes.length} pushes were acknowledged`);
  assert.ok(acknowledged.length >= kills, "hardly anything was pushed");
  assert.ok(acknowledged.length < journal.pushes.length, "no push was cut off");
});

async function serve(t: TestContext, folder: string): Promise<{ readonly url: string; readonly process: Running }> {
  const process = start("serve registry --dir images --listen 127.0.0.1:0", { cwd: folder, env: {} });
  t.after(() => process.kill("SIGKILL"));
  const [, address] = /^listening on (\S+)/.exec(await printed(process, /\n/)) ?? [];
  return { url: `http://${address}`, process };
}

async function kill(running: Running): Promise<void> {
  const exited = once(running, "exit");
  running.kill("SIGKILL");
  await exited;
}

/** Every file of content has the digest that its place says. */
async function checkFiles(contents: string): Promise<void> {
  const files = (await readdir(contents, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  assert.ok(files.length > 0);
  for (const { name, parentPath } of files) {
    const digest = parseDigest(`${basename(dirname(parentPath))}:${name}`);
    assert.ok(matchesDigest(await readFile(join(parentPath, name)), digest), `${digest} holds other bytes`);
  }
}
