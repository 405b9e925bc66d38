/**
 * The real clocks. A test may read them only if the other side does: when it starts a process, or compares file dates. Every other test
 * uses `testClock`; `test/hermetic.test.ts` checks that.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Instant } from "../../src/core/instant.ts";

/** The clock of Node processes, this one and those that a test starts. */
export const wallClock = (): Instant => Date.now();

/** The clock of file dates, which neither `--clock-ahead` nor Debian's `faketime` changes. */
export function fileTime(): Instant {
  const folder = mkdtempSync(join(tmpdir(), "touchmark-time-"));
  try {
    return Math.floor(statSync(folder).mtimeMs);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The clock of programs other than Node, which `faketime` changes but `--clock-ahead` does not. Whole seconds; needs `date`. */
export const programTime = (): Instant => Number(execFileSync("date", ["+%s"], { encoding: "utf8" })) * 1000;
