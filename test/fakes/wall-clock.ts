/**
 * The clocks that no test can set. A test reads them only where the other side does: where it starts a process, or compares
 * with the dates of files. Every other test takes `testClock`; `test/hermetic.test.ts` holds that.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Instant } from "../../src/core/instant.ts";

/** The clock of Node processes, this one and those that a test starts. */
export const wallClock = (): Instant => Date.now();

/** The time that this machine gives to files, which neither `--clock-ahead` nor Debian's `faketime` moves. */
export function fileTime(): Instant {
  const folder = mkdtempSync(join(tmpdir(), "touchmark-time-"));
  try {
    return Math.floor(statSync(folder).mtimeMs);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The clock of programs that are not Node, which `--clock-ahead` does not move and `faketime` does. Whole seconds; needs `date`. */
export const programTime = (): Instant => Number(execFileSync("date", ["+%s"], { encoding: "utf8" })) * 1000;
