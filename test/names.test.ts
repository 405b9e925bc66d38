/** A name means one thing: no two modules under `src/` export the same name. */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { describe, it } from "node:test";

/** The files by their paths, as text. */
type Sources = Readonly<Record<string, string>>;

/** Names that several files may export, with the reason. `files` says which. */
const allowed: Readonly<Record<string, { readonly files: RegExp; readonly reason: string }>> = {
  command: { files: /^cli\/commands\//, reason: "each command is loaded through the one interface of src/cli/commands.ts" },
  Json: {
    files: /^core\/json\/(?:json|value)\.ts$/,
    reason: "json.ts, which other modules import, re-exports the type that its parts share",
  },
  JsonObject: { files: /^core\/json\/(?:json|value)\.ts$/, reason: "as Json" },
};

const declared =
  /^export (?:declare )?(?:abstract )?(?:async )?(?:function\*?|const enum|const|let|var|class|interface|type|enum|namespace) ([\w$]+)/gm;
const listed = /^export (?:type )?\{([^}]*)\}/gm;
/** Forms whose names cannot be read in the file itself, or that a reader cannot search for. */
const unreadable = /^export (?:\*|default|=|(?:const|let|var) [{[])/m;

/** Names that the file exports, those that it re-exports among them: a second way to a name is a second name. */
function exportedBy(text: string): readonly string[] {
  const lists = Array.from(text.matchAll(listed), ([, list = ""]) => list.split(",")).flat();
  const names = lists.map(
    (one) =>
      one
        .trim()
        .replace(/^type /, "")
        .split(/ as /)
        .at(-1) ?? "",
  );
  return [...Array.from(text.matchAll(declared), ([, name = ""]) => name), ...names.filter((name) => name !== "")];
}

/** One line for each name that more than one file exports without permission. */
function shared(sources: Sources): readonly string[] {
  const files = new Map<string, Set<string>>();
  for (const [file, text] of Object.entries(sources))
    for (const name of exportedBy(text)) files.set(name, (files.get(name) ?? new Set()).add(file));
  return [...files].flatMap(([name, all]) => {
    const others = [...all].filter((file) => allowed[name]?.files.test(file) !== true);
    return all.size > 1 && others.length > 0 ? [`${name}: ${[...all].toSorted().join(", ")}`] : [];
  });
}

const root = join(import.meta.dirname, "../src");
const sources: Sources = Object.fromEntries(
  globSync("**/*.ts", { cwd: root })
    .map((file) => file.split(sep).join("/"))
    // An index.ts is a module's public API, made of re-exports alone.
    .filter((file) => !file.endsWith(".test.ts") && !/(?:^|\/)index\.ts$/.test(file))
    .map((file) => [file, readFileSync(join(root, file), "utf8")]),
);

describe("exported names", () => {
  it("are exported by one module each", () => {
    assert.ok(Object.values(sources).flatMap(exportedBy).length > 1000);
    assert.deepEqual(shared(sources), []);
  });

  it("can be read in every file", () => {
    assert.deepEqual(
      Object.keys(sources).filter((file) => unreadable.test(sources[file] ?? "")),
      [],
    );
  });

  it("are allowed twice only where somebody makes use of it", () => {
    for (const [name, { files }] of Object.entries(allowed)) {
      const users = Object.entries(sources).filter(([file, text]) => files.test(file) && exportedBy(text).includes(name));
      assert.ok(users.length > 1, name);
    }
  });

  it("are seen when two files export the same, however they are written", () => {
    const one = "export interface Listing {}\n";
    const ways = [
      "export type Listing = string;\n",
      "export const Listing = 1;\n",
      "export async function Listing() {}\n",
      "export abstract class Listing {}\n",
      "class Own {}\nexport { Own as Listing };\n",
      'export { type Listing } from "../core/listing.ts";\n',
      'export {\n  other,\n  Listing,\n} from "../core/listing.ts";\n',
    ];
    for (const two of ways)
      assert.deepEqual(shared({ "core/listing.ts": one, "registry/list.ts": two }), ["Listing: core/listing.ts, registry/list.ts"]);
    assert.deepEqual(shared({ "core/listing.ts": one, "registry/list.ts": "interface Listing {}\nexport const list = 1;\n" }), []);
  });

  it("are seen outside of the folder that may share them", () => {
    const command = "export const command = 1;\n";
    assert.deepEqual(shared({ "cli/commands/a.ts": command, "cli/commands/b.ts": command }), []);
    assert.deepEqual(shared({ "cli/commands/a.ts": command, "core/command.ts": command }), ["command: cli/commands/a.ts, core/command.ts"]);
  });
});
