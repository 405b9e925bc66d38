/** The shells themselves, asked what they would offer at the end of a line. Each reads the script as a user's shell does. */
import { execFile, spawnSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

export const shellNames = ["bash", "zsh", "fish"] as const;
export type ShellName = (typeof shellNames)[number];

export interface Question {
  /** What `touchmark completion` printed for the shell. */
  readonly script: string;
  readonly lines: readonly string[];
  /** Where it is asked; the shell's own files go there too. */
  readonly folder: string;
}

const atLeast: Readonly<Record<ShellName, readonly [what: string, test: string]>> = {
  bash: ["bash 4", "((BASH_VERSINFO[0] >= 4))"],
  zsh: ["zsh with its module zpty", "zmodload zsh/zpty"],
  fish: ["fish 3", "string match -q -r '^([3-9]|\\d\\d)' $version"],
};

/** Why the shell cannot be asked here; false if it can. */
export function missingShell(name: ShellName): string | false {
  const [what, test] = atLeast[name];
  return spawnSync(name, ["-c", test]).status === 0 ? false : `${what} is not installed`;
}

/**
 * What the shell offers for each of the lines, sorted: values without the flag before them, flags without `=`, folders
 * without `/`. Flags only where one was begun: where nothing else fits, zsh offers them too.
 */
export async function offered(
  name: ShellName,
  { script, lines, folder }: Question,
  env: Readonly<Record<string, string>> = {},
): Promise<readonly (readonly string[])[]> {
  const file = join(folder, `.touchmark.${name}`);
  await writeFile(file, script);
  const { stdout, stderr } = await promisify(execFile)(name, [join(import.meta.dirname, `shells/offered.${name}`), file, ...lines], {
    cwd: folder,
    env: { PATH: process.env["PATH"], LC_ALL: "C.UTF-8", TERM: "dumb", HOME: folder, ...env },
    timeout: 60_000,
  });
  if (stderr !== "") throw new Error(`${name} says: ${stderr}`);
  return stdout
    .split("END\n")
    .slice(0, -1)
    .map((words, i) => {
      const flags = / -\S*$/.test(lines[i] ?? "");
      return words
        .split("\n")
        .map(bare)
        .filter((word) => word !== "" && (flags || !word.startsWith("-")))
        .toSorted();
    });
}

const bare = (word: string): string => word.replace(/^--[a-z-]+=(?=.)/, "").replace(/[=/]$/, "");
