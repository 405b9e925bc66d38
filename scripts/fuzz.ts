/**
 * Fuzzes parsers, each for a number of seconds, led by what code their inputs reach:
 *
 *     npm run fuzz -- --seconds 60                    every target in turn
 *     npm run fuzz -- --seconds 600 --target der      one; may be given several times
 *     npm run fuzz -- --target der --input FILE       what a saved input does
 *     npm run fuzz -- --list                          the targets
 *
 * What reaches new code is kept in `test/fuzz/corpus/TARGET/`; inputs with faults go to `.cache/fuzz/TARGET/`. With `--corpora` it begins
 * with third-party corpora too (see CONTRIBUTING.md), and keeps nothing, for nothing of them may be committed. `TOUCHMARK_SEED` and
 * `--executions N` repeat a run.
 */
import { randomInt } from "node:crypto";
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { parseArgs } from "node:util";
import { corpusSeeds } from "../test/fuzz/corpus-seeds.ts";
import { corpusFolder, writeInput, writeInputs } from "../test/fuzz/corpus.ts";
import { faultOf } from "../test/fuzz/fault.ts";
import { fuzzTarget } from "../test/fuzz/fuzz-target.ts";
import { targets } from "../test/fuzz/targets.ts";
import type { FuzzTarget } from "../test/fuzz/target.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "10" },
    executions: { type: "string" },
    target: { type: "string", multiple: true },
    input: { type: "string" },
    corpora: { type: "boolean", default: false },
    list: { type: "boolean", default: false },
  },
});
const cache = join(import.meta.dirname, "../.cache/fuzz");
const seed = Number(process.env["TOUCHMARK_SEED"] ?? randomInt(2 ** 32));

function chosen(): readonly FuzzTarget[] {
  const unknown = values.target?.find((name) => !targets.some((target) => target.name === name));
  if (unknown !== undefined) throw new Error(`there is no target ${unknown}; --list names them`);
  return values.target ? targets.filter(({ name }) => values.target?.includes(name)) : targets;
}

function positive(text: string, option: string): number {
  const number = Number(text);
  if (!(number > 0)) throw new Error(`--${option} ${text} is not a positive number`);
  return number;
}

async function fuzz(target: FuzzTarget): Promise<void> {
  const { name } = target;
  const folder = join(corpusFolder, name);
  const start = performance.now();
  const { executions, kept, faults } = await fuzzTarget({
    target: name,
    seed,
    milliseconds: positive(values.seconds, "seconds") * 1000,
    executions: positive(values.executions ?? "1e15", "executions"),
    folders: [folder, ...(values.corpora ? corpusSeeds(name) : [])],
    distilled: !values.corpora,
  });
  const rate = Math.round((executions / (performance.now() - start)) * 1000);
  console.log(`${name}: ${executions} inputs, ${rate} a second, ${kept.length} kept, ${faults.length} faults`);
  if (!values.corpora && faults.length === 0) writeInputs(folder, kept);
  for (const { input, fault } of faults) {
    const path = relative(process.cwd(), writeInput(join(cache, name), input));
    console.error(
      `\n${fault.kind} in ${name}, by ${input.length} bytes: ${fault.detail}\n  npm run fuzz -- --target ${name} --input ${path}\n`,
    );
    process.exitCode = 1;
  }
}

async function repeat(target: FuzzTarget, file: string): Promise<void> {
  const fault = await faultOf(target, readFileSync(file));
  console.log(fault ? `${fault.kind}: ${fault.detail}` : `${target.name}: no fault`);
  if (fault) process.exitCode = 1;
}

if (values.list) for (const { name } of targets) console.log(name);
else if (values.input !== undefined) for (const target of chosen()) await repeat(target, values.input);
else {
  console.log(`TOUCHMARK_SEED=${seed}`);
  for (const target of chosen()) await fuzz(target);
}
