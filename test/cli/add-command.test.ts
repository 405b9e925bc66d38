/** Follows "How to add a command" of CONTRIBUTING.md. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { pathToFileURL } from "node:url";
import { defineCommand, type Command, type CommandEntry } from "../../src/cli/command.ts";
import { commands } from "../../src/cli/commands.ts";
import { flag } from "../../src/cli/flags/flag.ts";
import { main } from "../../src/cli/main.ts";
import { testIo } from "../fakes/io.ts";

it("a command that is written as the page says runs, and is in help, completion and suggestions", async (t) => {
  const page = await readFile(new URL("../../CONTRIBUTING.md", import.meta.url), "utf8");
  const code = /```ts\n([\s\S]*?)```/.exec(page)?.[1] ?? "";
  const folder = await mkdtemp(join(tmpdir(), "touchmark-command-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, "prune.ts");
  await writeFile(file, code.replaceAll('"../../', `"${new URL("../../src/cli/", import.meta.url).href}`));
  const summary = "Delete signatures that nobody needs";
  const load = (): Promise<{ command: Command }> => import(pathToFileURL(file).href);
  const list: readonly CommandEntry[] = [...commands, { name: "image prune", summary, load }];
  const run = async (...words: readonly string[]): Promise<string> => {
    const { io, stdout, stderr } = testIo({});
    const status = await main(words, io, list);
    return `${status} ${stdout()}${stderr()}`;
  };

  const answer = { repository: "team/app", dryRun: true, keepLast: "all" };
  assert.equal(await run("image", "prune", "--dry-run", "-o", "json", "registry.example/team/app:1.0"), `0 ${JSON.stringify(answer)}\n`);
  assert.match(await run("help"), new RegExp(`image prune +${summary}`));
  assert.match(await run("image", "prune", "--help"), / --keep-last COUNT +How many signatures stay/);
  assert.match(await run("image", "prune", "--keep-lats=1", "app"), /^2 error: unknown flag --keep-lats; did you mean --keep-last\?/);
  assert.match(await run("image", "prnue"), /did you mean image prune\?/);
  assert.match(await run("completion", "bash"), /--dry-run --keep-last --output --help/);
});

it("the compiler knows a command's flags, their types and how many operands there are", () => {
  defineCommand({
    usage: "A B",
    flags: {
      key: flag.string({ value: "KEY", summary: "" }),
      all: flag.boolean({ summary: "" }),
      from: flag.strings({ value: "FILE", summary: "" }),
    },
    operands: { min: 2, max: 2 },
    examples: [],
    async run(args) {
      const known: readonly [string | undefined, boolean, readonly string[], string, string] = [
        args.key,
        args.all,
        args.from,
        args.operands[0],
        args.operands[1],
      ];
      // @ts-expect-error: no such flag
      const { kye } = args;
      // @ts-expect-error: a third operand is not sure to be there
      const third: string = args.operands[2];
      return known.length + (kye === third ? 0 : 1);
    },
  });
});
