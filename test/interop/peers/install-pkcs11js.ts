/**
 * Installs pkcs11js as its lock file has it and compiles it; keeps the reason where that cannot be done. Its own way, node-gyp,
 * would fetch the headers of Node from elsewhere: those of Node-API, which are all that it needs, are a package.
 */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { missing } from "./debian.ts";
import { keepReason } from "./not-installed.ts";
import { peersFolder } from "./peer.ts";
import { pinFolder, pkcs11jsFolder } from "./pkcs11js.ts";

/** Builds beside the place and moves it there whole. */
export function installPkcs11js(): void {
  if (existsSync(pkcs11jsFolder)) return;
  process.stderr.write("compiling pkcs11js\n");
  mkdirSync(peersFolder, { recursive: true });
  const folder = realpathSync(mkdtempSync(join(peersFolder, "pkcs11js-"))); // npm takes one behind a link for another project
  const built = join(folder, "built");
  try {
    cpSync(pinFolder, built, { recursive: true });
    const failure = missing("g++") || install(built) || compile(join(built, "node_modules", "pkcs11js"));
    keepReason("pkcs11js", failure);
    if (failure === undefined && !existsSync(pkcs11jsFolder)) renameSync(built, pkcs11jsFolder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** In this folder, whichever npm itself was started in. */
function install(folder: string): string | undefined {
  return run("npm", ["ci", "--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], folder);
}

/** As its binding.gyp says. */
function compile(folder: string): string | undefined {
  const library = "build/Release/pkcs11.node";
  mkdirSync(join(folder, "build/Release"), { recursive: true });
  const defines = ["-DNODE_GYP_MODULE_NAME=pkcs11", "-DNAPI_DISABLE_CPP_EXCEPTIONS", "-DBUILDING_NODE_EXTENSION"];
  const headers = ["-Iincludes", "-I../node-api-headers/include"];
  const sources = ["src/dl.cpp", "src/common.cpp", "src/main.cpp"];
  return run("g++", ["-std=c++17", "-O1", "-shared", "-fPIC", ...defines, ...headers, ...sources, "-o", library], folder);
}

/** Undefined if it worked, else why it did not. */
function run(program: string, args: readonly string[], cwd: string): string | undefined {
  const { error, status, stderr } = spawnSync(program, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  if (error) return `${program} could not be started (${error.message})`;
  return status === 0 ? undefined : `${program} ended with status ${status}: ${stderr.trim().split("\n").slice(0, 3).join("; ")}`;
}
