/**
 * The import table of docs/design/modules.md: which module may import which, and which npm packages and built-in modules of Node
 * each may use. An import that is not in the table fails with its path, and the page's table must say the same.
 */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { dirname, join, posix, relative, sep } from "node:path";
import { describe, it } from "node:test";

interface Module {
  /** Modules it may import, beside itself. */
  readonly modules: readonly string[];
  readonly packages: readonly string[];
  /** Built-in modules of Node. */
  readonly builtins: readonly string[];
}

const signers = ["signers/file", "signers/keyless", "signers/notation-plugin", "signers/pkcs11", "signers/services"];
const formats = ["formats", "formats/bundle", "formats/cosign-legacy", "formats/notation"];
const belowServer = [
  "core",
  "files",
  "net",
  "trust",
  "verification",
  "trust-sources",
  "plugins",
  "facts",
  "registry",
  ...signers,
  "policy",
  ...formats,
  "engine",
];

const table: Readonly<Record<string, Module>> = {
  core: { modules: [], packages: ["@noble/curves"], builtins: ["buffer", "crypto", "timers/promises"] },
  files: { modules: ["core"], packages: [], builtins: ["crypto", "fs", "fs/promises", "net", "path"] },
  net: {
    modules: ["core"],
    packages: [],
    builtins: ["http", "https", "stream", "tls", "net", "dns", "crypto"],
  },
  trust: { modules: ["core"], packages: ["re2js"], builtins: ["crypto"] },
  verification: { modules: ["core", "trust"], packages: [], builtins: [] },
  "trust-sources": { modules: ["core", "files", "net", "trust"], packages: [], builtins: ["crypto", "fs", "fs/promises", "path"] },
  plugins: { modules: ["core", "files"], packages: [], builtins: ["fs", "fs/promises", "path", "child_process"] },
  facts: { modules: ["core", "files", "net", "plugins"], packages: [], builtins: ["crypto", "fs", "fs/promises", "path"] },
  registry: { modules: ["core", "files", "net"], packages: [], builtins: ["fs", "fs/promises", "path", "child_process", "crypto"] },
  "signers/file": { modules: ["core", "files", "trust"], packages: ["@noble/ciphers"], builtins: ["fs/promises", "crypto", "util"] },
  "signers/keyless": {
    modules: ["core", "files", "net", "trust", "signers/services"],
    packages: [],
    builtins: ["crypto", "http", "fs/promises", "child_process"],
  },
  "signers/pkcs11": { modules: ["core", "files", "signers/file"], packages: [], builtins: ["crypto", "path", "module"] },
  "signers/notation-plugin": { modules: ["core", "files", "plugins"], packages: [], builtins: [] },
  "signers/services": { modules: ["core", "net", "trust", "verification"], packages: [], builtins: ["crypto"] },
  formats: { modules: ["core", "trust", "verification", ...formats], packages: [], builtins: [] },
  "formats/bundle": { modules: ["core", "trust", "verification", "formats"], packages: [], builtins: [] },
  "formats/cosign-legacy": { modules: ["core", "trust", "verification", "formats"], packages: [], builtins: [] },
  "formats/notation": { modules: ["core", "trust", "verification", "formats"], packages: [], builtins: [] },
  policy: { modules: ["core", "trust"], packages: [], builtins: [] },
  engine: { modules: ["core", "trust", "verification", "policy", "formats"], packages: [], builtins: ["util"] },
  "server/http": {
    modules: belowServer,
    packages: [],
    builtins: ["fs/promises", "http", "https", "net", "crypto", "events"],
  },
  "server/registry": {
    modules: [...belowServer, "server/http"],
    packages: [],
    builtins: ["fs", "fs/promises", "path", "http", "crypto", "worker_threads"],
  },
  setup: { modules: belowServer, packages: [], builtins: ["os", "path"] },
  cli: {
    modules: [...belowServer, "setup", "server/http", "server/registry"],
    packages: [],
    builtins: ["fs/promises", "path", "os", "util", "events", "readline/promises", "stream", "zlib"],
  },
};

/** The only files of `formats` that a format may import, and the only one that imports the formats. */
const shared: ReadonlySet<string> = new Set(["format", "writer", "checks", "limits"].map((name) => `formats/${name}.ts`));
const list = "formats/all.ts";
/** Commands that start a server: the only files of `cli` that may import `server` other than lazily. */
const starters: ReadonlySet<string> = new Set(["cli/commands/serve/registry.ts", "cli/commands/demo.ts"]);

const root = import.meta.dirname;
const sources = globSync("**/*.ts", { cwd: root })
  .map((file) => file.split(sep).join("/"))
  .filter((file) => !file.endsWith(".test.ts") && !/(?:^|\/)index\.ts$/.test(file));
const publicFiles = globSync("**/index.ts", { cwd: root }).map((file) => file.split(sep).join("/"));

function moduleOf(file: string): string | undefined {
  return Object.keys(table)
    .filter((module) => file.startsWith(`${module}/`))
    .toSorted((a, b) => b.length - a.length)[0];
}

interface Import {
  readonly from: string;
  readonly to: string;
  readonly lazy: boolean;
}

function importsOf(file: string): readonly Import[] {
  const text = readFileSync(join(root, file), "utf8");
  const fixed = text.matchAll(/^(?:import|export)\s[^;]*?from\s+"([^"]+)"|^import\s+"([^"]+)"/gm);
  const lazy = text.matchAll(/\bimport\("([^"]+)"\)|getBuiltinModule\("([^"]+)"\)/g);
  return [
    ...Array.from(fixed, (match) => ({ from: file, to: match[1] ?? match[2] ?? "", lazy: false })),
    ...Array.from(lazy, (match) => ({ from: file, to: match[1] ?? match[2] ?? "", lazy: true })),
  ];
}

/** Says why the import is not allowed; undefined if it is. */
function breach({ from, to, lazy }: Import): string | undefined {
  const module = moduleOf(from);
  const rules = module === undefined ? undefined : table[module];
  if (module === undefined || !rules) return "the file is in no module of the table";
  if (to.startsWith("node:")) return rules.builtins.includes(to.slice(5)) ? undefined : `${module} may not use ${to}`;
  if (to.endsWith("/index.ts")) return "a module's index.ts is its public API, for users of the library alone";
  if (!to.startsWith(".")) {
    const name = to
      .split("/")
      .slice(0, to.startsWith("@") ? 2 : 1)
      .join("/");
    return rules.packages.includes(name) ? undefined : `${module} may not use the package ${name}`;
  }
  const target = posix.join(dirname(from), to);
  const reached = moduleOf(target);
  if (reached === undefined) return "the imported file is in no module";
  if (reached === module) return undefined;
  if (!rules.modules.includes(reached)) return `${module} may not import ${reached}`;
  if (module.startsWith("formats/") && reached === "formats" && !shared.has(target))
    return "a format imports nothing of formats but its interface";
  if (reached.startsWith("formats/") && from !== list) return `only ${list} imports the formats`;
  if (module === "cli" && reached.startsWith("server/") && !lazy && !starters.has(from))
    return "only the commands that start a server import it";
  return undefined;
}

/** The file under src/ that the import names. */
function fileNamed({ from, to }: Import): readonly string[] {
  return to.startsWith(".") ? [posix.join(dirname(from), to)] : [];
}

/** One cycle for each import that closes one. */
function cycles(graph: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) found.push([...path.slice(path.indexOf(file)), file].join(" -> "));
    if (done.has(file) || path.includes(file)) return;
    for (const next of graph.get(file) ?? []) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
  return found;
}

describe("the import table", () => {
  it("has no import that is not in the table", () => {
    const breaches = sources.flatMap((file) =>
      importsOf(file).flatMap((one) => (breach(one) === undefined ? [] : [`${one.from} -> ${one.to}: ${breach(one)}`])),
    );
    assert.deepEqual(breaches, []);
  });

  it("is the table of docs/design/modules.md", () => {
    const page = readFileSync(join(root, "../docs/design/modules.md"), "utf8");
    const rows = Array.from(page.matchAll(/^\| `([^`]+)` +\|[^|]*\|([^|]*)\|$/gm), ([, module = "", cell = ""]) => {
      const all = cell.includes("every row down to `engine`") ? belowServer : [];
      const named = Array.from(cell.replace("every row down to `engine`", "").matchAll(/`([^`]+)`/g), ([, name = ""]) => name);
      return [module, [...all, ...named].toSorted()] as const;
    });
    const own = Object.entries(table).map(
      ([module, { modules }]) => [module, modules.filter((name) => name !== module).toSorted()] as const,
    );
    assert.deepEqual(Object.fromEntries(rows), Object.fromEntries(own));
    const below = rows.slice(0, rows.findIndex(([module]) => module === "engine") + 1).map(([module]) => module);
    assert.deepEqual(below.toSorted(), belowServer.toSorted());
  });

  it("has no permission for a package or built-in module that no file uses", () => {
    const used = new Set(
      sources.flatMap((file) =>
        importsOf(file).map(({ to }) => {
          const reached = to.startsWith(".") ? (moduleOf(posix.join(dirname(file), to)) ?? "") : to.replace(/^(@[^/]+\/[^/]+).*$/, "$1");
          return `${moduleOf(file)} -> ${reached}`;
        }),
      ),
    );
    const packages = Object.entries(table).flatMap(([module, { packages: names, builtins }]) =>
      [...names, ...builtins.map((name) => `node:${name}`)].map((name) => `${module} -> ${name}`),
    );
    assert.deepEqual(
      packages.filter((permission) => !used.has(permission)),
      [],
    );
  });

  it("exports the public API of each module, its index.ts, from the package", () => {
    const { exports }: { exports: Record<string, unknown> } = JSON.parse(readFileSync(join(root, "../package.json"), "utf8"));
    const exported = Object.keys(exports).filter((name) => !name.endsWith(".json"));
    assert.deepEqual(exported.toSorted(), publicFiles.map((file) => (file === "index.ts" ? "." : `./${dirname(file)}`)).toSorted());
  });

  it("has no import cycle, not even behind a lazy import", () => {
    assert.deepEqual(cycles(new Map(sources.map((file) => [file, importsOf(file).flatMap(fileNamed)]))), []);
    assert.deepEqual(
      cycles(
        new Map([
          ["a", ["b", "c"]],
          ["b", ["c"]],
          ["c", ["b"]],
        ]),
      ),
      ["b -> c -> b"],
    );
  });

  it("sees the breaches it is there to see", () => {
    const bad: readonly Import[] = [
      { from: "core/digest.ts", to: "../net/http.ts", lazy: false },
      { from: "core/digest.ts", to: "node:fs", lazy: false },
      { from: "formats/bundle/bundle.ts", to: "../cosign-legacy/cosign-legacy.ts", lazy: false },
      { from: "formats/bundle/bundle.ts", to: "../all.ts", lazy: false },
      { from: "formats/cosign-legacy/cosign-legacy.ts", to: "../../net/http.ts", lazy: false },
      { from: "engine/verify.ts", to: "../registry/registries.ts", lazy: false },
      { from: "cli/main.ts", to: "../server/registry/registry.ts", lazy: false },
      { from: "server/http/router.ts", to: "../registry/registry.ts", lazy: false },
      { from: "policy/evaluate.ts", to: "left-pad", lazy: false },
      { from: "engine/verify.ts", to: "../policy/index.ts", lazy: false },
      { from: "elsewhere/file.ts", to: "../core/digest.ts", lazy: false },
    ];
    for (const one of bad) assert.notEqual(breach(one), undefined, `${one.from} -> ${one.to}`);
  });

  it("throws interruptions in the catalogue's terms: a signal's own method throws a DOMException", () => {
    const raw = sources.filter((file) => /\.throwIfAborted\(/.test(readFileSync(join(root, file), "utf8")));
    assert.deepEqual(raw, [], "use throwIfAborted of core/async/interruption.ts");
  });

  it("loads no built-in module by import(), which the command in one file cannot", () => {
    const found = sources.filter((file) => /\bimport\("node:/.test(readFileSync(join(root, file), "utf8")));
    assert.deepEqual(found, []);
  });

  it("reads every import there is", () => {
    const importers = sources.filter((file) => /\bfrom "/.test(readFileSync(join(root, file), "utf8")));
    for (const file of importers) assert.ok(importsOf(file).length > 0, relative(root, file));
  });
});
