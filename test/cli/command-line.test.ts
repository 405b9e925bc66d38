import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { commands } from "../../src/cli/commands.ts";
import { argsOf } from "../../src/cli/command.ts";
import { namedFlags, parseCommandLine } from "../../src/cli/command-line.ts";
import { timeoutFlags } from "../../src/cli/flags/common.ts";
import { flag } from "../../src/cli/flags/flag.ts";
import { version } from "../../src/core/version.ts";
import { refusedAddress } from "../fakes/refused-port.ts";
import { bench } from "./harness.ts";

describe("the command line", () => {
  it("refuses what it does not know, with the nearest word there is", async (t) => {
    const { run } = await bench(t);
    const cases: readonly (readonly [words: readonly string[], message: RegExp])[] = [
      [["verfy"], /did you mean verify\?/],
      [["sgin"], /did you mean sign\?/],
      [["key"], /did you mean keys\?/],
      [["keys", "make"], /followed by another word: touchmark keys generate, touchmark keys show$/m],
      [["keys", "sohw"], /did you mean keys show\?/],
      [["-o", "json"], /unknown flag -o; flags follow the command/],
      [["--output=json"], /unknown flag --output; flags follow the command/],
      [["verify", "--kee", "x", "app"], /unknown flag --kee; did you mean --key\?/],
      [["verify", "--kye", "x", "app"], /unknown flag --kye; did you mean --key\?/],
      [["verify", "-d", "x", "app"], /unknown flag -d\n/],
      [["verify", "--certificate-chain", "x", "app"], /unknown flag --certificate-chain\nhint: .*--certificate CA\.pem/],
      [["sign", "--tlog-upload=false", "app"], /unknown flag --tlog-upload\nhint: Leave it out/],
      [["verify", "app"], /whose signature/],
      [["verify", "--key"], /--key needs a value/],
      [["verify", "--key", "--recursive", "app"], /looks like a flag/],
      [["verify", "--key", "k.pub"], /too few arguments/],
      [["verify", "--recursive=yes", "--key", "k", "app"], /takes no value/],
      [["verify", "--key", "k", "-o", "yaml", "app"], /--output is one of text, json/],
      [["verify", "--key", "k", "-a", "novalue", "app"], /KEY=VALUE/],
      [["verify", "--key", "k", "-a", "a=1", "-a", "a=2", "app"], /two values/],
      [["verify", "--key", "k", "--timeout", "soon", "app"], /--timeout is a duration, written as 90s, 3m/],
      [["verify", "--key", "k", "UPPER"], /lower case/],
      [["tree", "https://registry.example/app"], /hint: Leave out https:\/\/\./],
      [["tree", "docker://registry.example/app"], /hint: Leave out docker:\/\/\./],
      [["verify", "--key", "missing.pub", "app"], /missing\.pub/],
      [["sign", "--key", "k", "--identity-token", "t", "app"], /--key and --identity-token cannot both/],
      [["sign", "--key", "k", "--trusted-root", "r.json", "app"], /--trusted-root proves what services answer/],
      [["sign", "--key", "a", "--key", "b", "app"], /more than once/],
      [["sign", "--key", "k", "--format", "gpg", "app"], /--format is one of bundle, cosign/],
      [["sign", "--key", "k", "--format", "cosign", "app"], /hint: cosign's legacy form is called cosign-legacy/],
      [["tree", "a", "b"], /unexpected argument "b"/],
      [["serve", "registry"], /--dir/],
      [["serve", "registry", "--dir", "d", "--listen", "nowhere"], /HOST:PORT/],
      [["help", "nothing"], /unknown command/],
    ];
    for (const [words, message] of cases) {
      const { status, stdout, stderr } = await run(...words);
      assert.equal(status, 2, words.join(" "));
      assert.match(stderr, message);
      assert.match(stderr, /^error: .*\nhint: .+\n$/s);
      assert.equal(stdout, "");
    }
  });

  it("prints the help of a group that is named alone, on stderr", async (t) => {
    const { run } = await bench(t);
    const { stdout } = await run("help", "keys");
    assert.deepEqual(await run("keys"), { status: 2, stdout: "", stderr: stdout });
  });

  it("takes a bare number as seconds, true and false, and flags of several values", async () => {
    const flags = { ...timeoutFlags, force: flag.boolean({ summary: "" }), format: flag.choices(["a", "b"], { summary: "" }) };
    const grammar = { usage: "", operands: { min: 0, max: 0 }, flags };
    const read = (line: string): unknown => {
      const { timeout, force, format } = argsOf(grammar, parseCommandLine("verify", grammar, line.split(" ")));
      return [timeout.milliseconds, force, format];
    };
    assert.deepEqual(read("--timeout 5 --format a,b --format a"), [5000, false, ["a", "b", "a"]]);
    assert.deepEqual(read("--force --timeout 1h30m"), [5_400_000, true, []]);
    assert.deepEqual(read("--force --force=false"), [180_000, false, []]);
    assert.throws(() => read("--format a,c"), { message: /--format is one of a, b; found "c"/ });
  });

  it("takes a hidden flag, and shows and suggests it nowhere", () => {
    const flags = { secret: flag.boolean({ hidden: true, summary: "" }) };
    const grammar = { usage: "", operands: { min: 0, max: 0 }, flags };
    assert.equal(argsOf(grammar, parseCommandLine("verify", grammar, ["--secret"])).secret, true);
    assert.deepEqual(
      namedFlags(flags).map(({ name }) => name),
      ["help"],
    );
    assert.throws(() => parseCommandLine("verify", grammar, ["--secert"]), { message: "unknown flag --secert" });
  });

  it("does not repeat a private key that is given in the place of its file", async (t) => {
    const { run } = await bench(t);
    const key = "-----BEGIN PRIVATE KEY-----\nsecret\n-----END PRIVATE KEY-----";
    for (const words of [["--key", key], [`--key=${key}`]]) {
      const { status, stderr } = await run("sign", ...words, "app");
      assert.equal(status, 2);
      assert.doesNotMatch(stderr, /BEGIN|secret/);
    }
  });

  it("shows help for every command, by --help and by help, on stdout", async (t) => {
    const { run } = await bench(t);
    const overview = await run();
    for (const { name, summary } of commands) {
      assert.ok(overview.stdout.includes(name) && overview.stdout.includes(summary));
      const help = await run(...name.split(" "), "--help");
      assert.equal(help.status, 0);
      assert.match(help.stdout, new RegExp(`^${summary}\n\nUsage: touchmark ${name}`));
      assert.deepEqual(await run("help", ...name.split(" ")), help);
    }
  });

  it("gives examples that its own flags understand", async () => {
    for (const { name, load } of commands) {
      const { command } = await load();
      assert.ok(command.examples.length > 0, name);
      for (const example of command.examples) {
        const words = example.command.split(" ");
        assert.equal(words.shift(), "touchmark");
        assert.deepEqual(words.splice(0, name.split(" ").length), name.split(" "));
        parseCommandLine(name, command, words);
      }
    }
  });

  it("reads a flag in every way that people write one", () => {
    const grammar = {
      usage: "",
      operands: { min: 0, max: 9 },
      flags: {
        output: flag.string({ short: "o", value: "FORMAT", oldNames: ["out"], summary: "" }),
        annotations: flag.strings({ short: "a", value: "KEY=VALUE", summary: "" }),
        recursive: flag.boolean({ short: "r", summary: "" }),
      },
    };
    const read = (line: string): unknown => {
      const args = argsOf(grammar, parseCommandLine("verify", grammar, line.split(" ")));
      return [args.output, args.annotations, args.recursive, args.operands];
    };
    for (const [line, ...expected] of [
      ["x --output json y", "json", [], false, ["x", "y"]],
      ["--output=json", "json", [], false, []],
      ["--output= x", "", [], false, ["x"]],
      ["--output=-x", "-x", [], false, []],
      ["-ojson", "json", [], false, []],
      ["-rojson x", "json", [], true, ["x"]],
      ["-ro json -r x", "json", [], true, ["x"]],
      ["-o - -", "-", [], false, ["-"]],
      ["-a k=v=w -ax=y --annotations=k=v", undefined, ["k=v=w", "x=y", "k=v"], false, []],
      ["--out json", "json", [], false, []],
      ["--recursive=true", undefined, [], true, []],
      ["-r --recursive=false", undefined, [], false, []],
      ["-r -- -r --output", undefined, [], true, ["-r", "--output"]],
    ] as const) {
      assert.deepEqual(read(line), expected, line);
    }
    for (const [line, message] of [
      ["-o json -ojson", /more than once/],
      ["-o json --out=json", /--out is given more than once/],
      ["--recursive=maybe", /takes no value, or true or false; found "maybe"/],
      ["--output -r", /looks like a flag/],
      ["--output --", /looks like a flag/],
      ["-rx", /unknown flag -x/],
      ["--toString", /unknown flag --toString/],
      ["--recursive=", /takes no value/],
    ] as const) {
      assert.throws(() => read(line), { message }, line);
    }
  });

  it("has the version of the package", async (t) => {
    const { run } = await bench(t);
    const stated: { version: string } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
    assert.equal(version, stated.version);
    assert.equal((await run("--version")).stdout, `touchmark ${version}\n`);
    assert.equal(JSON.parse((await run("version", "-o", "json")).stdout).version, version);
  });

  it("uses colour on a terminal that wants it, and nowhere else", async (t) => {
    const { runWith, path } = await bench(t);
    const down = await refusedAddress(t);
    const { generateKeyPairSync } = await import("node:crypto");
    const { writeFile } = await import("node:fs/promises");
    await writeFile(path("k.pub"), generateKeyPairSync("ed25519").publicKey.export({ type: "spki", format: "pem" }));
    const escape = "\u001B[";
    for (const [isTerminal, env, coloured] of [
      [true, {}, true],
      [true, { NO_COLOR: "1" }, false],
      [true, { TERM: "dumb" }, false],
      [false, {}, false],
    ] as const) {
      const written: string[] = [];
      const stdout = { isTerminal, write: (text: string) => void written.push(text) };
      await runWith({ stdout, env }, "verify", "--key", path("k.pub"), `${down}/app:1`);
      assert.equal(written.join("").includes(escape), coloured);
    }
  });
});
