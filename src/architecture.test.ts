/**
 * The house's table: which room may import which, and which npm packages and built-in modules each may use.
 * An arrow that is not in it fails with its path.
 */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { dirname, join, posix, relative, sep } from "node:path";
import { describe, it } from "node:test";

interface Room {
  /** Rooms it may import, beside itself. */
  readonly rooms: readonly string[];
  readonly packages: readonly string[];
  /** Built-in modules of Node. */
  readonly builtins: readonly string[];
}

const belowServer = [
  "core",
  "net",
  "trust",
  "proof",
  "anchors",
  "registry",
  "signers/file",
  "signers/keyless",
  "signers/pkcs11",
  "signers/plugin",
  "signers/services",
  "policy",
  "formats",
  "formats/bundle",
  "formats/cosign",
  "formats/notation",
  "engine",
];

const table: Readonly<Record<string, Room>> = {
  core: { rooms: [], packages: ["@noble/curves"], builtins: ["crypto"] },
  net: {
    rooms: ["core"],
    packages: [],
    builtins: ["http", "https", "timers/promises", "fs", "fs/promises", "stream", "tls", "net", "dns", "crypto"],
  },
  trust: { rooms: ["core"], packages: ["re2js"], builtins: ["crypto"] },
  proof: { rooms: ["core", "trust"], packages: [], builtins: [] },
  anchors: { rooms: ["core", "net", "trust"], packages: [], builtins: ["crypto", "fs", "fs/promises", "path"] },
  registry: { rooms: ["core", "net"], packages: [], builtins: ["fs", "fs/promises", "path", "child_process", "crypto"] },
  "signers/file": { rooms: ["core", "net", "trust"], packages: ["@noble/ciphers"], builtins: ["fs/promises", "crypto", "util"] },
  "signers/keyless": {
    rooms: ["core", "net", "trust", "signers/services"],
    packages: [],
    builtins: ["crypto", "http", "fs/promises", "child_process"],
  },
  "signers/pkcs11": { rooms: ["core", "net", "signers/file"], packages: [], builtins: ["crypto", "path", "module"] },
  "signers/plugin": { rooms: ["core", "net"], packages: [], builtins: ["fs", "fs/promises", "path", "child_process", "crypto"] },
  "signers/services": { rooms: ["core", "net", "trust", "proof"], packages: [], builtins: ["crypto"] },
  policy: { rooms: ["core", "trust"], packages: [], builtins: [] },
  formats: { rooms: ["core", "trust", "proof", "formats/bundle", "formats/cosign", "formats/notation"], packages: [], builtins: [] },
  "formats/bundle": { rooms: ["core", "trust", "proof", "formats"], packages: [], builtins: [] },
  "formats/cosign": { rooms: ["core", "trust", "proof", "formats"], packages: [], builtins: [] },
  "formats/notation": { rooms: ["core", "trust", "proof", "formats"], packages: [], builtins: [] },
  engine: { rooms: ["core", "net", "trust", "policy", "formats"], packages: [], builtins: ["util"] },
  "server/registry": {
    rooms: belowServer,
    packages: [],
    builtins: ["fs", "fs/promises", "path", "http", "net", "crypto", "stream", "stream/promises", "events", "worker_threads"],
  },
  cli: {
    rooms: [...belowServer, "server/registry"],
    packages: [],
    builtins: ["fs/promises", "path", "os", "util", "events", "readline/promises", "stream", "zlib"],
  },
};

/** The only files of the room `formats` that a format may know, and the only one that knows the formats. */
const seam: ReadonlySet<string> = new Set(["formats/format.ts", "formats/checks.ts"]);
const list = "formats/all.ts";
/** Files of the command line that start a server; every other reaches `server` through them, loaded lazily. */
const starters: ReadonlySet<string> = new Set(["cli/commands/serve-registry.ts", "cli/commands/demo.ts"]);

const root = import.meta.dirname;
const sources = globSync("**/*.ts", { cwd: root })
  .map((file) => file.split(sep).join("/"))
  .filter((file) => !file.endsWith(".test.ts") && !file.endsWith("/index.ts"));
const faces = globSync("**/index.ts", { cwd: root }).map((file) => file.split(sep).join("/"));

function roomOf(file: string): string | undefined {
  return Object.keys(table)
    .filter((room) => file.startsWith(`${room}/`))
    .toSorted((a, b) => b.length - a.length)[0];
}

interface Arrow {
  readonly from: string;
  readonly to: string;
  readonly lazy: boolean;
}

function arrowsOf(file: string): readonly Arrow[] {
  const text = readFileSync(join(root, file), "utf8");
  const fixed = text.matchAll(/^(?:import|export)\s[^;]*?from\s+"([^"]+)"|^import\s+"([^"]+)"/gm);
  const lazy = text.matchAll(/\bimport\("([^"]+)"\)|getBuiltinModule\("([^"]+)"\)/g);
  return [
    ...Array.from(fixed, (match) => ({ from: file, to: match[1] ?? match[2] ?? "", lazy: false })),
    ...Array.from(lazy, (match) => ({ from: file, to: match[1] ?? match[2] ?? "", lazy: true })),
  ];
}

/** Why the arrow may not be; undefined if it may. */
function breach({ from, to, lazy }: Arrow): string | undefined {
  const room = roomOf(from);
  const rules = room === undefined ? undefined : table[room];
  if (room === undefined || !rules) return "it lies in no room of the table";
  if (to.startsWith("node:")) return rules.builtins.includes(to.slice(5)) ? undefined : `${room} may not use ${to}`;
  if (to.endsWith("/index.ts")) return "a room's public face is for users of the library";
  if (!to.startsWith(".")) {
    const name = to
      .split("/")
      .slice(0, to.startsWith("@") ? 2 : 1)
      .join("/");
    return rules.packages.includes(name) ? undefined : `${room} may not use the package ${name}`;
  }
  const target = posix.join(dirname(from), to);
  const reached = roomOf(target);
  if (reached === undefined) return "what it names lies in no room";
  if (reached === room) return undefined;
  if (!rules.rooms.includes(reached)) return `${room} may not know ${reached}`;
  if (room.startsWith("formats/") && reached === "formats" && !seam.has(target)) return "a format knows the seam alone";
  if (reached.startsWith("formats/") && from !== list) return `only ${list} knows the formats`;
  if (room === "cli" && reached.startsWith("server/") && !lazy && !starters.has(from))
    return "only the commands that start a server know it";
  return undefined;
}

describe("the house", () => {
  it("has no arrow that is not in the table", () => {
    const breaches = sources.flatMap((file) =>
      arrowsOf(file).flatMap((arrow) => (breach(arrow) === undefined ? [] : [`${arrow.from} -> ${arrow.to}: ${breach(arrow)}`])),
    );
    assert.deepEqual(breaches, []);
  });

  it("has no permission that nobody needs", () => {
    const used = new Set(
      sources.flatMap((file) =>
        arrowsOf(file).map(({ to }) => {
          const reached = to.startsWith(".") ? (roomOf(posix.join(dirname(file), to)) ?? "") : to.replace(/^(@[^/]+\/[^/]+).*$/, "$1");
          return `${roomOf(file)} -> ${reached}`;
        }),
      ),
    );
    const packages = Object.entries(table).flatMap(([room, { packages: names, builtins }]) =>
      [...names, ...builtins.map((name) => `node:${name}`)].map((name) => `${room} -> ${name}`),
    );
    assert.deepEqual(
      packages.filter((permission) => !used.has(permission)),
      [],
    );
  });

  it("shows each public face to users of the library, and to nobody inside", () => {
    const { exports }: { exports: Record<string, unknown> } = JSON.parse(readFileSync(join(root, "../package.json"), "utf8"));
    const shown = Object.keys(exports).filter((name) => !name.endsWith(".json"));
    assert.deepEqual(shown.toSorted(), faces.map((file) => `./${dirname(file)}`).toSorted());
  });

  it("sees the breaches it is there to see", () => {
    const bad: readonly Arrow[] = [
      { from: "core/digest.ts", to: "../net/http.ts", lazy: false },
      { from: "core/digest.ts", to: "node:fs", lazy: false },
      { from: "formats/bundle/bundle.ts", to: "../cosign/cosign.ts", lazy: false },
      { from: "formats/bundle/bundle.ts", to: "../all.ts", lazy: false },
      { from: "formats/cosign/cosign.ts", to: "../../net/http.ts", lazy: false },
      { from: "engine/verify.ts", to: "../registry/registries.ts", lazy: false },
      { from: "cli/main.ts", to: "../server/registry/registry.ts", lazy: false },
      { from: "policy/evaluate.ts", to: "left-pad", lazy: false },
      { from: "engine/verify.ts", to: "../policy/index.ts", lazy: false },
      { from: "elsewhere/file.ts", to: "../core/digest.ts", lazy: false },
    ];
    for (const arrow of bad) assert.notEqual(breach(arrow), undefined, `${arrow.from} -> ${arrow.to}`);
  });

  it("reads every import there is", () => {
    const importers = sources.filter((file) => /\bfrom "/.test(readFileSync(join(root, file), "utf8")));
    for (const file of importers) assert.ok(arrowsOf(file).length > 0, relative(root, file));
  });
});
