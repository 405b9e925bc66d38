/** Plugin versions and their order (Semantic Versioning 2.0.0, sections 2, 9, 10 and 11). */
import { malformed } from "../../core/errors.ts";
import { printableText } from "../../core/printable.ts";
import { pluginLimits } from "../limits.ts";

const grammar =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-((?:0|[1-9]\d*|\d*[A-Za-z-][\dA-Za-z-]*)(?:\.(?:0|[1-9]\d*|\d*[A-Za-z-][\dA-Za-z-]*))*))?(?:\+[\dA-Za-z-]+(?:\.[\dA-Za-z-]+)*)?$/;

interface Version {
  readonly release: readonly string[];
  /** Pre-release identifiers; empty for a release. */
  readonly before: readonly string[];
}

/** Negative if the first version precedes the second, positive if it follows. Throws MALFORMED for an invalid version. */
export function compareVersions(one: string, other: string): number {
  const [a, b] = [parse(one), parse(other)];
  const byRelease = compareParts(a.release, b.release);
  if (byRelease !== 0) return byRelease;
  if (a.before.length === 0 || b.before.length === 0) return b.before.length - a.before.length;
  return compareParts(a.before, b.before);
}

function parse(text: string): Version {
  const [, major, minor, patch, before] = (text.length <= pluginLimits.versionLength && grammar.exec(text)) || [];
  if (major === undefined || minor === undefined || patch === undefined) {
    throw malformed(`${JSON.stringify(printableText(text, pluginLimits.versionLength))} is not a version such as 1.2.3`);
  }
  return { release: [major, minor, patch], before: before?.split(".") ?? [] };
}

/** Compares identifiers in order; if all of the shorter list are equal, the longer one follows. */
function compareParts(a: readonly string[], b: readonly string[]): number {
  for (const [i, part] of a.entries()) {
    const other = b[i];
    if (other === undefined) return 1;
    const order = comparePart(part, other);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** Numbers compare numerically, and precede texts. */
function comparePart(a: string, b: string): number {
  const areNumbers = [a, b].map((part) => /^\d+$/.test(part));
  if (areNumbers[0] !== areNumbers[1]) return areNumbers[0] ? -1 : 1;
  if (areNumbers[0] && a.length !== b.length) return a.length - b.length;
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
