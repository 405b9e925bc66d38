/** Returns a function that gives the milliseconds since now. Unlike `performance`, the clock needs no module to be loaded. */
export function stopwatch(): () => number {
  const begun = process.hrtime.bigint();
  return () => Number(process.hrtime.bigint() - begun) / 1e6;
}
