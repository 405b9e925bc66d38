/** What the shells themselves offer once they have read the script. A shell that is not on this machine is skipped. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { namedFlags } from "../../src/cli/command-line.ts";
import { commands } from "../../src/cli/commands.ts";
import { bench } from "./harness.ts";
import { missingShell, offered, shellNames } from "./shells.ts";

const firstWords = [...new Set(commands.map(({ name }) => name.split(" ")[0] ?? ""))].toSorted();
const paths = ["mine two.pub", "mine.folder", "mine.key"];

const cases: Readonly<Record<string, readonly string[]>> = {
  "touchmark ": firstWords,
  "touchmark ver": ["verify", "verify-blob", "version"],
  "touchmark --ver": ["--version"],
  "touchmark keys ": ["generate", "show"],
  "touchmark doctor ": ["registry"],
  "touchmark help ": firstWords,
  "touchmark help keys ": ["generate", "show"],
  "touchmark completion ": ["bash", "fish", "zsh"],
  "touchmark completion bash ": [],
  "touchmark verify --rec": ["--recursive"],
  "touchmark serve registry --l": ["--listen"],
  "touchmark sign --key mine.key --registry-client": ["--registry-client-cert", "--registry-client-key"],
  "touchmark sign -o ": ["json", "text"],
  "touchmark sign --output=": ["json", "text"],
  "touchmark sign --output=j": ["json"],
  "touchmark sign --format bundle --format ": ["bundle", "cosign-legacy", "notation"],
  "touchmark trust add ": ["ca", "signingAuthority", "tsa"],
  "touchmark trust add mi": [],
  "touchmark trust add ca company mi": paths,
  "touchmark keys generate --algorithm rsa": ["rsa-2048", "rsa-3072", "rsa-4096"],
  "touchmark sign --key mi": paths,
  "touchmark sign --key=mi": paths,
  "touchmark keys show mine.key mi": paths,
  "touchmark serve registry --dir mi": ["mine.folder"],
  "touchmark verify mi": [],
  "touchmark verify --timeout ": [],
  "touchmark verify --annotations mi": [],
  "touchmark nothing ": [],
  "touchmark nothing --o": [],
  "touchmark keys nothing ": [],
  "touchmark $(touch${IFS}made) ": [],
  "touchmark verify --$(touch${IFS}made)=": [],
  "touchmark sign --output=$(touch${IFS}made)": [],
};

async function home(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "touchmark-completion-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  for (const name of ["mine.key", "mine two.pub"]) await writeFile(join(folder, name), "");
  await mkdir(join(folder, "mine.folder"));
  return folder;
}

describe("touchmark completion", () => {
  for (const name of shellNames) {
    it(`has ${name} offer what fits, and run nothing`, { skip: missingShell(name) }, async (t) => {
      const folder = await home(t);
      const { stdout: script } = await (await bench(t)).run("completion", name);
      const lines = Object.keys(cases);
      const answers = await offered(name, { script, lines, folder });
      assert.deepEqual(Object.fromEntries(lines.map((line, i) => [line, answers[i]])), cases);
      assert.ok(!(await readdir(folder)).includes("made"));
    });

    it(`has ${name} offer every flag of every command`, { skip: missingShell(name) }, async (t) => {
      const { stdout: script } = await (await bench(t)).run("completion", name);
      const loaded = await Promise.all(commands.map(async (entry) => ({ name: entry.name, flags: (await entry.load()).command.flags })));
      const lines = loaded.map((command) => `touchmark ${command.name} --`);
      const answers = await offered(name, { script, lines, folder: await home(t) });
      const flags = loaded.map((command) =>
        namedFlags(command.flags)
          .map((flag) => `--${flag.name}`)
          .toSorted(),
      );
      assert.deepEqual(answers, flags);
    });
  }

  const packaged = "/usr/share/bash-completion/bash_completion";
  const skip = existsSync(packaged) ? false : "the package bash-completion is not installed";
  it("gets along with the package bash-completion", { skip }, async (t) => {
    const { stdout: script } = await (await bench(t)).run("completion", "bash");
    const question = { script, lines: ["touchmark ver", "touchmark sign --output=j"], folder: await home(t) };
    assert.deepEqual(await offered("bash", question, { BASH_COMPLETION: packaged }), [["verify", "verify-blob", "version"], ["json"]]);
  });

  it("completes --flag=value in a bash that does not divide words at the =", { skip: missingShell("bash") }, async (t) => {
    const { stdout: script } = await (await bench(t)).run("completion", "bash");
    const undivided = `${script}\nCOMP_WORDS=(touchmark sign --output=j) COMP_CWORD=2; _touchmark; printf '%s\\nEND\\n' "$COMPREPLY"`;
    assert.deepEqual(await offered("bash", { script: undivided, lines: [], folder: await home(t) }), [["json"]]);
  });

  it("refuses a shell that it does not know", async (t) => {
    const { run } = await bench(t);
    const { status, stdout, stderr } = await run("completion", "tcsh");
    assert.equal(status, 2);
    assert.equal(stdout, "");
    assert.match(stderr, /^error: .*bash, zsh, fish.*"tcsh"/);
  });
});

describe("a group of commands", () => {
  it("is listed by help and by --help", async (t) => {
    const { run } = await bench(t);
    const listed = await run("help", "keys");
    assert.equal(listed.status, 0);
    assert.match(listed.stdout, /^ {2}keys generate {2}Make a key pair\n {2}keys show {6}Show/m);
    assert.doesNotMatch(listed.stdout, /Sign images/);
    assert.deepEqual(await run("keys", "--help"), listed);
  });
});
