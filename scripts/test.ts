/**
 * Runs the tests that need nothing but this repository, all in one process. Options go to node's test runner, files
 * replace the default: `npm test -- --test-name-pattern=digest`, `npm test -- src/core/json.test.ts`.
 */
import { spawnSync } from "node:child_process";

const everything = ["src/**/*.test.ts", "test/*.test.ts", "test/!(interop)/**/*.test.ts"];

const given = process.argv.slice(2);
const options = given.filter((argument) => argument.startsWith("-"));
const files = given.filter((argument) => !argument.startsWith("-"));

const run = ["--test", "--test-isolation=none", ...options, ...(files.length > 0 ? files : everything)];
process.exitCode = spawnSync(process.execPath, run, { stdio: "inherit" }).status ?? 1;
