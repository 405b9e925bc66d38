/**
 * The clocks that no test can set. A test reads them only where the other side does: where it starts a process, or where
 * files are dated by the machine. Every other test takes `testClock`; `test/given.test.ts` holds that.
 */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Instant } from "../../src/core/instant.ts";

/** The clock of Node processes, this one and those that a test starts. */
export const wallClock = (): Instant => Date.now();

/** The time that this machine gives to files and to programs that are not Node, which `--clock-ahead` does not move. */
export function machineTime(): Instant {
  const folder = mkdtempSync(join(tmpdir(), "touchmark-time-"));
  try {
    return Math.floor(statSync(folder).mtimeMs);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
