/**
 * Runs the tests that need nothing but this repository, all in one process. Options go to node's test runner, files
 * replace the default: `npm test -- --test-name-pattern=digest`, `npm test -- src/core/json/json.test.ts`. Four are our own:
 *
 *     --unit             the unit tests alone, those under src/
 *     --shuffle          in an order that the seed decides
 *     --times=N          again and again, each time with another seed, until one run fails
 *     --clock-ahead=10y  with the clock of Node that far ahead: a number of years (y) or days (d), negative for behind
 *
 * Property tests, random bytes and the order come from one seed, which is printed. `TOUCHMARK_SEED=… npm test -- …` repeats
 * the run.
 */
import { spawnSync } from "node:child_process";
import { randomInt } from "node:crypto";
import { fileURLToPath } from "node:url";

const unit = ["src/**/*.test.ts"];
const everything = [...unit, "test/*.test.ts", "test/!(interop)/**/*.test.ts"];
const preload = new URL("../test/preload/", import.meta.url);
const day = 24 * 60 * 60_000;

const given = process.argv.slice(2);
const own = /^--(?:unit|shuffle|times=(.*)|clock-ahead=(.*))$/;
const options = given.filter((argument) => argument.startsWith("-") && !own.test(argument));
const files = given.filter((argument) => !argument.startsWith("-"));

function valueOf(name: string): string | undefined {
  return given.find((argument) => argument.startsWith(`--${name}=`))?.slice(name.length + 3);
}

/** `10y` in milliseconds. */
function durationOf(text: string): number {
  const [, count, unitName] = /^(-?\d+)([yd])$/.exec(text) ?? [];
  if (count === undefined) throw new Error(`--clock-ahead=${text} is not a number of years or days, such as 1y or -30d`);
  return Number(count) * (unitName === "y" ? 365.25 : 1) * day;
}

/** For one run, with this seed. */
function environment(seed: number): NodeJS.ProcessEnv {
  const env = { ...process.env, TOUCHMARK_SEED: String(seed) };
  const ahead = valueOf("clock-ahead");
  if (ahead === undefined) return env;
  const moved = JSON.stringify(fileURLToPath(new URL("clock-ahead.cjs", preload)));
  return {
    ...env,
    TOUCHMARK_CLOCK_AHEAD: String(durationOf(ahead)),
    NODE_OPTIONS: `${process.env["NODE_OPTIONS"] ?? ""} --require=${moved}`.trim(),
  };
}

function run(seed: number): number {
  const shuffled = given.includes("--shuffle") ? ["--test-randomize", `--test-random-seed=${seed}`] : [];
  const seeded = ["--import", new URL("seed.ts", preload).href];
  const chosen = files.length > 0 ? files : given.includes("--unit") ? unit : everything;
  const words = ["--test", "--test-isolation=none", ...seeded, ...shuffled, ...options, ...chosen];
  console.log(`TOUCHMARK_SEED=${seed}`);
  return spawnSync(process.execPath, words, { stdio: "inherit", env: environment(seed) }).status ?? 1;
}

const first = Number(process.env["TOUCHMARK_SEED"] ?? randomInt(2 ** 32));
const times = Number(valueOf("times") ?? 1);
for (let i = 0; i < times && process.exitCode === undefined; i++) {
  const seed = (first + i) % 2 ** 32;
  const status = run(seed);
  if (times > 1) console.log(`run ${i + 1} of ${times}: ${status === 0 ? "passed" : "failed"}`);
  if (status === 0) continue;
  const again = given.filter((argument) => !argument.startsWith("--times="));
  console.error(`hint: Repeat this run: TOUCHMARK_SEED=${seed} npm test ${again.length > 0 ? `-- ${again.join(" ")}` : ""}`.trimEnd());
  process.exitCode = status;
}
