/**
 * Moves the clock of a Node process: `TOUCHMARK_CLOCK_AHEAD` says by how many milliseconds. `scripts/test.ts` names this file in
 * `NODE_OPTIONS`, so that every process and thread that a test starts has the same clock. The dates of files, OpenSSL's
 * view of TLS certificates and programs that are not Node keep the machine's clock.
 */
"use strict";

const ahead = Number(process.env.TOUCHMARK_CLOCK_AHEAD);
if (!Number.isSafeInteger(ahead)) throw new Error("TOUCHMARK_CLOCK_AHEAD is not a whole number of milliseconds");

const machineNow = Date.now;
Date.now = () => machineNow() + ahead;
globalThis.Date = new Proxy(Date, {
  construct: (target, given, newTarget) => Reflect.construct(target, given.length === 0 ? [target.now()] : given, newTarget),
  apply: (target) => new target(target.now()).toString(),
});
