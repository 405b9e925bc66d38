#!/usr/bin/env node
/**
 * Starts the command: checks the Node it runs on, hands over to dist/cli.cjs, compiled where it has run before.
 * CommonJS (see package.json beside it), which starts quicker than a module, and in syntax that an old Node can read.
 */
"use strict";

process.exitCode = 1; // until a command has returned its answer

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
  load(cli).run();
}

/**
 * Evaluates the file with the compiled code that the last run of the same command left behind. Node's own cache keeps
 * only what is compiled before a file runs, which is a third of what a command needs.
 */
function load(file) {
  var vm = require("vm");
  var source = fs.readFileSync(file, "latin1"); // all of it is ASCII
  var cache = cacheFor(source);
  var kept = cache && readKept(cache);
  var script = new vm.Script(source, { filename: file, cachedData: kept });
  if (cache && (kept === undefined || script.cachedDataRejected)) process.once("exit", () => keep(cache, script));
  var loaded = { exports: {} };
  script.runInThisContext()(loaded.exports, require, loaded, file, path.dirname(file));
  return loaded.exports;
}

/** Where compiled code of this build and this command is kept. The build names itself in its first line, by the digest of all the others. */
function cacheFor(source) {
  var build = /^\/\/ build ([0-9a-f]{64})\n/.exec(source);
  var folder = build && cacheFolder();
  return folder && path.join(folder, build[1].slice(0, 32) + "-" + process.version + "-" + cacheWord(process.argv.slice(2)));
}

/** The first word of the command; "help" too for the help of a command, which would leave code that lacks what the command needs. */
function cacheWord(words) {
  var asksForHelp = words.includes("--help") || words.includes("-h");
  return asksForHelp || !/^[a-z]{1,20}$/.test(words[0] || "") ? "help" : words[0];
}

function readKept(cache) {
  try {
    return fs.readFileSync(cache);
  } catch {
    return undefined;
  }
}

/** What cannot be kept is compiled again next time; a command that was called wrongly has run too little of its code. */
function keep(cache, script) {
  if (process.exitCode === 2) return;
  var begun = cache + "." + process.pid;
  try {
    fs.writeFileSync(begun, script.createCachedData(), { mode: 0o600, flag: "wx" });
    fs.renameSync(begun, cache);
  } catch {
    fs.rmSync(begun, { force: true });
  }
}

function refuse(message, hint) {
  process.stderr.write("error: " + message + "\nhint: " + hint + "\n");
  process.exitCode = 2;
}

/** The folder for compiled code, if it is this user's alone: whoever can write there can run code as this user. */
function cacheFolder() {
  var base = process.env.XDG_CACHE_HOME || "";
  try {
    if (!path.isAbsolute(base)) base = path.join(require("os").homedir(), ".cache");
    var folder = path.join(base, "touchmark", "compile");
    makeFolder(folder);
    return isPrivate(path.dirname(folder)) && isPrivate(folder) ? folder : undefined;
  } catch {
    return undefined;
  }
}

/** One level at a time: the recursive mkdir never ends in a file system that answers ENOENT below a folder that exists, as /proc. */
function makeFolder(folder) {
  if (fs.existsSync(folder)) return;
  if (path.dirname(folder) !== folder) makeFolder(path.dirname(folder));
  try {
    fs.mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
  }
}

function isPrivate(folder) {
  var stats = fs.lstatSync(folder);
  if (!stats.isDirectory()) return false;
  return process.getuid === undefined || (stats.uid === process.getuid() && (stats.mode & 0o077) === 0);
}
