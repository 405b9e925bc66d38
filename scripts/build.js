/**
 * Builds dist/: the library (dist/PATH.js with its types), the command in one file (dist/cli.cjs), and the
 * licences of what that file contains. Plain JavaScript for the Node that npm happens to run on.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build as bundle, transform } from "esbuild";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** The public trust root, read from beside the code that needs it. import.meta.dirname is its folder for all of the command, from which packages are found as well. */
const embedded = "src/trust-sources/sigstore/public-good";

/** Builds beside dist and takes its place only when all is well. */
export async function build() {
  const folder = join(root, ".cache", `build-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  try {
    await buildCommand(folder);
    await buildLibrary(folder);
    cpSync(join(root, embedded), join(folder, embedded.slice("src/".length)), { recursive: true });
    rmSync(join(root, "dist"), { recursive: true, force: true });
    renameSync(folder, join(root, "dist"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function buildLibrary(folder) {
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  const args = [tsc, "-p", join(root, "tsconfig.build.json"), "--outDir", folder];
  const [status] = await once(spawn(process.execPath, args, { stdio: ["ignore", 2, 2] }), "exit");
  if (status !== 0) throw new Error(`tsc, building the library, ended with status ${status}`);
}

/**
 * One file of CommonJS, so that no module loader has to start. Modules that the same commands import are one part of it, and a
 * part is a function that runs when something first imports it: V8 then compiles, and keeps compiled, nothing of the others.
 */
async function buildCommand(folder) {
  const { outputFiles, metafile } = await bundle({
    absWorkingDir: root,
    entryPoints: ["src/cli/main.ts"],
    outdir: folder,
    bundle: true,
    format: "esm", // the only one that esbuild splits
    splitting: true,
    chunkNames: "[name]-[hash]",
    platform: "node",
    target: "node26",
    write: false,
    metafile: true,
    logLevel: "warning",
    define: { "import.meta.dirname": "embeddedFolder" },
  });
  const parts = await Promise.all(outputFiles.map(partOf));
  const code = `"use strict"; ${builtinsOnUse} ${partsOnUse} const embeddedFolder = __dirname + "/trust-sources/sigstore";
    const parts = {${parts.join(",\n")}};
    Object.assign(exports, __part("main"));`;
  writeFileSync(join(folder, "cli.cjs"), wrap(code));
  writeFileSync(join(folder, "THIRD_PARTY_LICENSES"), licences(Object.keys(metafile.inputs)));
}

/**
 * A module that esbuild split off, as a method that provides its exports; esbuild turns what is left, the imports of built-in
 * modules, into CommonJS. Exports are copied, which nothing can tell: no part imports itself, and none is reassigned later.
 */
async function partOf({ path, text }) {
  const linked = text
    .replace(/^import "\.\/(.+)\.js";$/gm, '__part("$1");')
    .replace(
      /^import \{([^}]+)\} from "\.\/(.+)\.js";$/gm,
      (_, names, from) => `const {${names.replaceAll(" as ", ": ")}} = __part("${from}");`,
    )
    .replace(/\bimport\("\.\/([^"]+)\.js"\)/g, 'Promise.resolve("$1").then(__part)')
    .replace(/^export \{([^}]+)\};$/m, (_, names) => `__provide({${names.replace(/([\w$]+) as ([\w$]+)/g, "$2: $1")}});`);
  const { code } = await transform(linked, {
    format: "cjs",
    target: "node26",
    logLevel: "warning",
    logOverride: { "empty-import-meta": "error" },
    minifyWhitespace: true, // the names stay, for traces
    minifySyntax: true,
    lineLimit: 200,
  });
  if (/\brequire\("\.|\bmodule\.exports\b/.test(code)) throw new Error(`${path} imports or exports in a form that the build does not know`);
  return `${JSON.stringify(basename(path, ".js"))}(__provide) {${code}}`;
}

/**
 * Makes the file one function for bin/touchmark.js to call, under a first line of its own with the digest of the rest: what a
 * cache of its compiled code is known by. One character that is not ASCII would have all of it held as two bytes each.
 */
function wrap(code) {
  const other = /.{0,40}[^\0-\x7f]/.exec(code);
  if (other) throw new Error(`the command is to be ASCII alone; write a character escaped after: ${other[0].slice(0, -1)}`);
  const wrapped = `(function (exports, require, module, __filename, __dirname) {${code}\n})\n`;
  return `// build ${createHash("sha256").update(wrapped).digest("hex")}\n${wrapped}`;
}

/** Runs a part when it is first imported. */
const partsOnUse = [
  "const loaded = new Map();",
  "const __part = (name) => {",
  "if (!loaded.has(name)) parts[name]((provided) => loaded.set(name, provided));",
  "return loaded.get(name);",
  "};",
].join(" ");

/** Loads a built-in module when something of its is first used, not when a file is that may need it: node:crypto alone takes 10 ms. */
const builtinsOnUse = [
  "require = (id) => {",
  "let loaded;",
  "return new Proxy({}, { get: (_, name) => (loaded ??= process.getBuiltinModule(id))[name] });",
  "};",
].join(" ");

/** The licence texts of the packages these files belong to. */
function licences(files) {
  const packages = files.map((file) => /^node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0]).filter((name) => name !== undefined);
  const texts = Array.from(new Set(packages), (folder) => {
    const name = folder.slice("node_modules/".length);
    const licence = readdirSync(join(root, folder)).find((file) => /^licen[cs]e/i.test(file));
    if (licence === undefined) throw new Error(`${name}, part of the command, has no licence file`);
    return `${name}\n\n${readFileSync(join(root, folder, licence), "utf8").trim()}\n`;
  });
  return texts.join(`\n${"-".repeat(80)}\n\n`);
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) await build();
