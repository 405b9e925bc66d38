/**
 * Makes a clone ready to run: installs packages when package-lock.json changed, builds when sources did.
 * Plain JavaScript for the Node that npm happens to run on. Says nothing when there is nothing to do.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

process.chdir(dirname(dirname(fileURLToPath(import.meta.url))));

const lockFile = ".cache/setup.lock";
const installing = { name: "installing packages", stamp: "node_modules/.setup", inputs: () => ["package-lock.json"], run: install };
const building = { name: "building", stamp: "dist/.setup", inputs: sources, run: build };

if (isDue(installing) || isDue(building)) {
  lock();
  try {
    await perform(installing);
    await perform(building);
  } catch (error) {
    const [reason] = error.message.split("\n"); // what esbuild adds, it has printed already
    process.stderr.write(`error: set-up failed: ${reason}\n`);
    process.exitCode = 1;
  } finally {
    rmSync(lockFile, { force: true });
  }
}

async function perform(step) {
  if (!isDue(step)) return;
  process.stderr.write(`set-up: ${step.name}\n`);
  const print = fingerprint(step);
  await step.run();
  writeFileSync(step.stamp, print);
}

function isDue(step) {
  return !existsSync(step.stamp) || readFileSync(step.stamp, "utf8") !== fingerprint(step);
}

function fingerprint(step) {
  const hash = createHash("sha256");
  for (const file of step.inputs()) hash.update(`${file}\0`).update(readFileSync(file)).update("\0");
  return hash.digest("hex");
}

/** What the build reads. */
function sources() {
  const files = readdirSync("src", { recursive: true }).map((name) => join("src", name));
  const modules = files.filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"));
  return ["package-lock.json", "tsconfig.json", "tsconfig.build.json", "scripts/build.js", ...modules];
}

function install() {
  if (lstatSync("node_modules", { throwIfNoEntry: false })?.isSymbolicLink()) {
    throw new Error("node_modules is a link, and what it leads to belongs to others: install there"); // npm ci would empty it
  }
  const npm = process.env.npm_execpath;
  const args = ["ci", "--no-audit", "--no-fund", "--loglevel=error"];
  const options = { stdio: ["ignore", 2, 2] };
  const { error, status } =
    npm && basename(npm) === "npm-cli.js"
      ? spawnSync(process.execPath, [npm, ...args], options)
      : spawnSync("npm", args, { ...options, shell: process.platform === "win32" });
  if (status !== 0) throw new Error(`npm ci ${error ? `could not be started (${error.message})` : `ended with status ${status}`}`);
}

/** Loaded only now, since it needs what was just installed. */
async function build() {
  const script = await import("./build.js");
  await script.build();
}

/** Lets one set-up run at a time; the lock of one that died is taken over. */
function lock() {
  mkdirSync(dirname(lockFile), { recursive: true });
  const clock = new Int32Array(new SharedArrayBuffer(4));
  while (!takeLock()) Atomics.wait(clock, 0, 0, 200);
}

function takeLock() {
  try {
    writeFileSync(lockFile, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
  }
  try {
    process.kill(Number(readFileSync(lockFile, "utf8")), 0);
  } catch (error) {
    if (error.code === "ESRCH") rmSync(lockFile, { force: true });
  }
  return false;
}
