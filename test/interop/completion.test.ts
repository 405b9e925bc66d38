/** Shells for which completion was installed as docs/guides/completion.md says complete what a person types. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";
import { run, runWell } from "./harness/run.ts";
import type { Environment } from "./harness/server.ts";
import { missing } from "./peers/debian.ts";

const root = join(import.meta.dirname, "../..");
const bashPackage = "/usr/share/bash-completion/bash_completion";

const guide = await readFile(join(root, "docs/guides/completion.md"), "utf8");
const blocks = Array.from(guide.matchAll(/(?:^ {4}.*\n)+/gm), ([block]) => block.replaceAll(/^ {4}/gm, ""));
const [inBashFolder = "", inBashrc = "", inZshFolder = "", inZshrc = "", inFishFolder = ""] = blocks;

interface Installation {
  readonly name: string;
  readonly skip: string | false;
  readonly shell: readonly string[];
  /** Typed once. */
  readonly install: string;
  /** The shell's own settings, and what they say, which ends in a prompt of one word. */
  readonly settings: readonly [path: string, text: string];
}

const installations: readonly Installation[] = [
  {
    name: "bash with its package",
    skip: missing("zsh") || (existsSync(bashPackage) ? false : "the package bash-completion is not installed"),
    shell: ["bash", "-i"],
    install: inBashFolder,
    settings: [".bashrc", `source ${bashPackage}\nunset HISTFILE\nPS1=READY`],
  },
  {
    name: "bash without it",
    skip: missing("zsh"),
    shell: ["bash", "-i"],
    install: "",
    settings: [".bashrc", `complete -r\n${inBashrc}unset HISTFILE\nPS1=READY`],
  },
  { name: "zsh", skip: missing("zsh"), shell: ["zsh", "-d", "-i"], install: inZshFolder, settings: [".zshrc", `${inZshrc}PROMPT=READY`] },
  {
    name: "fish",
    skip: missing("zsh", "fish"),
    shell: ["fish", "--private", "-i"],
    install: inFishFolder,
    settings: [".config/fish/config.fish", "function fish_prompt\n  echo -n READY\nend"],
  },
];

/** Keys, where TAB is `\t`, and the words the command gets. */
const typed: readonly (readonly [keys: string, words: readonly string[]])[] = [
  ["touchmark keys g\t--al\ted\t", ["keys", "generate", "--algorithm", "ed25519"]],
  ["touchmark sign --registry-ca\tmi\tapp", ["sign", "--registry-cacert", "mine two.pem", "app"]],
  ["touchmark serve reg\t--dir fo\t --li\t:0", ["serve", "registry", "--dir", "folder", "--listen", ":0"]],
];

/** A home in which `touchmark` prints its script, and else the words it gets. */
async function home(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "touchmark-completion-"));
  t.after(() => rm(folder, { recursive: true, force: true, maxRetries: 5 })); // a shell that is hung up on may still write
  await mkdir(join(folder, "bin"));
  await mkdir(join(folder, ".config/fish"), { recursive: true });
  await mkdir(join(folder, "folder"));
  await writeFile(join(folder, "mine two.pem"), "");
  const command = join(folder, "bin/touchmark");
  const real = `exec "${process.execPath}" "${join(root, "bin/touchmark.js")}" "$@"`;
  await writeFile(command, `#!/bin/sh\n[ "$1" != completion ] || ${real}\nprintf '<%s>' "$@"\necho ENDED\n`);
  await chmod(command, 0o755);
  return folder;
}

function environment(folder: string): Environment {
  return {
    HOME: folder,
    ZDOTDIR: folder,
    XDG_CONFIG_HOME: join(folder, ".config"),
    XDG_DATA_HOME: join(folder, ".local/share"),
    PATH: `${join(folder, "bin")}:${process.env["PATH"]}`,
    TERM: "dumb",
    LC_ALL: "C.UTF-8",
  };
}

describe("completion, installed as the guide says,", { concurrency: 2 }, () => {
  for (const { name, skip, shell, install, settings } of installations) {
    test(`completes what is typed in ${name}`, { skip, timeout: 60_000 }, async (t) => {
      const folder = await home(t);
      const options = { cwd: folder, env: environment(folder) };
      await runWell("sh", ["-e", "-c", install], options);
      await writeFile(join(folder, settings[0]), settings[1]);
      for (const [keys, words] of typed) {
        const { stdout } = await run("zsh", ["-f", join(root, "test/cli/shells/typed.zsh"), keys, ...shell], options);
        const [, printed = ""] = /((?:<[^<>\n]*>)+)ENDED/.exec(stdout) ?? [];
        // zsh writes --flag=value, and takes the slash off a folder.
        const got = Array.from(printed.matchAll(/[<=]([^<>=]*?)\/?(?=[>=])/g), ([, word]) => word);
        assert.deepEqual(got, words, stdout);
      }
    });
  }
});
