/**
 * Which code of `src/` has run, by V8's own block coverage of this thread. It must start before the code is imported: what was
 * compiled before is not counted by blocks.
 */
import { Session, type Profiler } from "node:inspector";

type Range = Profiler.CoverageRange;

export interface Coverage {
  /** How much has run since the last look that is not known yet; with `keep` it is known from now on. */
  look(keep: boolean): number;
  /** Nothing is known again. The session goes on, for a second one would not count by blocks. */
  forget(): void;
}

/** Of a function: for each of its characters, whether it has run. */
type Known = Map<string, Uint8Array>;

export function startCoverage(folder: URL): Coverage {
  const session = new Session();
  session.connect();
  session.post("Profiler.enable");
  session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  const known: Known = new Map();
  return {
    look(keep) {
      return take(session)
        .filter(({ url }) => url.startsWith(folder.href) && !url.endsWith(".test.ts"))
        .flatMap(({ url, functions }) => functions.map(({ ranges }) => newIn(known, url, ranges, keep)))
        .reduce((sum, count) => sum + count, 0);
    },
    forget: () => known.clear(),
  };
}

function take(session: Session): readonly Profiler.ScriptCoverage[] {
  let result: readonly Profiler.ScriptCoverage[] = [];
  // The answer comes before `post` returns.
  session.post("Profiler.takePreciseCoverage", (error, answer) => {
    if (error) throw error;
    result = answer.result;
  });
  return result;
}

/** How many characters of the function have run for the first time. Inner ranges stand after outer ones and hold for their part. */
function newIn(known: Known, url: string, ranges: readonly Range[], keep: boolean): number {
  const [whole] = ranges;
  if (!whole || (whole.count === 0 && ranges.length === 1)) return 0;
  const { startOffset, endOffset } = whole;
  const ran = new Uint8Array(endOffset - startOffset);
  for (const range of ranges) ran.fill(range.count > 0 ? 1 : 0, range.startOffset - startOffset, range.endOffset - startOffset);
  const key = `${url}:${startOffset}`;
  const before = known.get(key) ?? new Uint8Array(ran.length);
  let count = 0;
  for (const [i, value] of ran.entries()) if (value === 1 && before[i] !== 1) count++;
  if (keep && count > 0)
    known.set(
      key,
      before.map((value, i) => value | (ran[i] ?? 0)),
    );
  return count;
}
