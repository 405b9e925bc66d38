/** The packed npm package, as a project that installs it sees it: its types under both ways that TypeScript resolves modules. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { promisify } from "node:util";

const root = join(import.meta.dirname, "..");
const exec = promisify(execFile);

interface PackageFile {
  readonly exports: Readonly<Record<string, unknown>>;
  readonly dependencies: Readonly<Record<string, string>>;
}

const { exports: entries, dependencies }: PackageFile = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const programs = Array.from(
  readFileSync(join(root, "docs/guides/library.md"), "utf8").matchAll(/```js\n(.*?)```/gs),
  ([, code = ""]) => code,
);

/** A project with the package, its dependencies and nothing else of ours. */
async function install(folder: string): Promise<void> {
  const modules = join(folder, "node_modules");
  await mkdir(modules);
  const { stdout } = await exec("npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", folder, root], { cwd: folder });
  const [{ filename }] = JSON.parse(stdout);
  await exec("tar", ["-xzf", join(folder, filename), "-C", folder]);
  await rename(join(folder, "package"), join(modules, "touchmark"));
  for (const name of [...Object.keys(dependencies), "@types/node", "undici-types"]) {
    const place = join(modules, name);
    await mkdir(dirname(place), { recursive: true });
    await symlink(join(root, "node_modules", name), place, "junction");
  }
}

/** What the compiler prints: nothing if all types are right. */
async function typeErrors(folder: string, args: readonly string[]): Promise<string> {
  const run = exec(join(root, "node_modules/.bin/tsc"), args, { cwd: folder });
  return run.then(
    ({ stdout }) => stdout,
    ({ stdout }) => String(stdout),
  );
}

describe("the packed package", () => {
  it("loads, and has types for the guide's programs and every entry, under nodenext and bundler", async (t) => {
    const folder = await mkdtemp(join(tmpdir(), "touchmark-package-"));
    t.after(() => rm(folder, { recursive: true, force: true }));
    await install(folder);
    await writeFile(join(folder, "package.json"), JSON.stringify({ type: "module" }));
    assert.ok(programs.length >= 4);
    await Promise.all(programs.map((program, i) => writeFile(join(folder, `program${i}.ts`), program)));
    const paths = Object.keys(entries).filter((path) => !path.endsWith(".json"));
    const imports = paths.map((path, i) => `import * as m${i} from ${JSON.stringify(path.replace(".", "touchmark"))};\nvoid m${i};\n`);
    await writeFile(join(folder, "entries.ts"), imports.join(""));
    await exec(process.execPath, ["entries.ts"], { cwd: folder });
    await writeFile(join(folder, "wrong.ts"), 'import { createVerifier } from "touchmark";\ncreateVerifier({ expect: { keys: 1 } });\n');
    const names = [...programs.map((_, i) => `program${i}.ts`), "entries.ts"];
    for (const [module, resolution] of [
      ["nodenext", "nodenext"],
      ["esnext", "bundler"],
    ] as const) {
      const options = ["--ignoreConfig", "--noEmit", "--strict", "--target", "es2025", "--types", "node"];
      const under = [...options, "--module", module, "--moduleResolution", resolution];
      assert.equal(await typeErrors(folder, [...names, ...under]), "");
      assert.match(await typeErrors(folder, ["wrong.ts", ...under]), /TS2322/);
    }
  });
});
