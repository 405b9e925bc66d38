#!/usr/bin/env node
/**
 * Starts the command: checks the Node it runs on, turns the compile cache on, hands over to dist/cli.cjs.
 * CommonJS (see package.json beside it), which starts quicker than a module, and in syntax that an old Node can read.
 */
"use strict";

var path = require("path");
var fs = require("fs");

var cli = path.join(__dirname, "..", "dist", "cli.cjs");

if (Number(process.versions.node.split(".")[0]) < 26) {
  refuse(
    "touchmark needs Node.js 26 or newer, and this is " + process.versions.node,
    "Install Node.js 26; in a clone of touchmark, put its node_modules/.bin first on PATH, which holds one.",
  );
} else if (!fs.existsSync(cli)) {
  refuse("touchmark is not built: " + cli + " is missing", "Run: node scripts/setup.js");
} else {
  var cache = compileCache();
  if (cache !== undefined) require("module").enableCompileCache(cache);
  require(cli).run();
}

function refuse(message, hint) {
  process.stderr.write("error: " + message + "\nhint: " + hint + "\n");
  process.exitCode = 2;
}

/** The folder for compiled code, if it is this user's alone: whoever can write there can run code as this user. */
function compileCache() {
  var base = process.env.XDG_CACHE_HOME || "";
  try {
    if (!path.isAbsolute(base)) base = path.join(require("os").homedir(), ".cache");
    var folder = path.join(base, "touchmark", "compile");
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    return isPrivate(path.dirname(folder)) && isPrivate(folder) ? folder : undefined;
  } catch {
    return undefined;
  }
}

function isPrivate(folder) {
  var stats = fs.lstatSync(folder);
  if (!stats.isDirectory()) return false;
  return process.getuid === undefined || (stats.uid === process.getuid() && (stats.mode & 0o077) === 0);
}
