/**
 * Third-party test data, which is not part of this repository: in the folder that `TOUCHMARK_CORPORA` names, else in
 * `../shared/corpora`. CONTRIBUTING.md lists each corpus with its repository, commit, paths and licence.
 */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

/** An empty variable counts as none. */
export const corporaFolder: string = resolve(
  process.env["TOUCHMARK_CORPORA"] || join(import.meta.dirname, "../../../shared/corpora"), // oxlint-disable-line typescript/prefer-nullish-coalescing
);

/** The path of a corpus, or of a file or folder in one; undefined where the corpus is absent. */
export function corpus(path: string): string | undefined {
  const found = join(corporaFolder, path);
  return existsSync(found) ? found : undefined;
}

/** The path of a file or folder of a corpus, for tests that `skipWithout` guards. */
export function corpusPath(path: string): string {
  return join(corporaFolder, path);
}

/** For the option `skip` of a test: false if every corpus is there, else which are absent and what to set. */
export function skipWithout(...names: readonly string[]): string | false {
  const absent = names.filter((name) => corpus(name) === undefined);
  if (absent.length === 0) return false;
  return `needs the corpus ${absent.join(" and ")}: set TOUCHMARK_CORPORA to the folder that holds it (CONTRIBUTING.md says where it comes from)`;
}
