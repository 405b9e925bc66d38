/**
 * The clock of the tests: it stands still, so that a test passes on every day or on none. Fakes and the command line of
 * the tests take it unless they are given another; whatever is valid in a test is valid around it.
 */
import type { Instant } from "../../src/core/instant.ts";

export const testTime: Instant = Date.UTC(2026, 10, 21, 9);
export const testClock = (): Instant => testTime;
