/** Below the command line nothing knows a flag or a command; the command line has its own words for what to do. */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { describe, it } from "node:test";
import { catalogue, TouchmarkError } from "../../core/errors.ts";
import { tlsHints } from "../../net/failure.ts";
import { commands } from "../commands.ts";
import { hintFor, remedyOf, wordsFor } from "./remedies.ts";

const root = join(import.meta.dirname, "../..");

/** Flags and commands of other programs, in hints that say how to run those. */
const others: Readonly<Record<string, RegExp>> = {
  "signers/keyless/identity/circleci.ts": /"--claims"/,
  "signers/pkcs11/cryptoki.ts": /npm (?:install|root) --global(?: --allow-scripts=\S+)?/g,
  "signers/pkcs11/token-objects.ts": /pkcs11-tool --login/,
};

const firstWords = [...new Set(commands.map(({ name }) => name.split(" ")[0]))].join("|");
const flagOrCommand = new RegExp(`(?<![-\\w])--[a-z]|\\btouchmark (?:${firstWords})\\b`);

describe("remedies", () => {
  it("name no flag and no command below the command line", () => {
    const files = globSync("**/*.ts", { cwd: root })
      .map((file) => file.split(sep).join("/"))
      .filter((file) => !file.startsWith("cli/") && !file.endsWith(".test.ts"));
    const named = files.flatMap((file) => {
      const code = readFileSync(join(root, file), "utf8").replace(/\/\*[\s\S]*?\*\/|(?<![:"'`\w])\/\/ .*$/gm, "");
      const literals = code.replace(others[file] ?? /(?!)/, "").match(/"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g) ?? [];
      return literals.filter((text) => flagOrCommand.test(text)).map((text) => `${file}: ${text}`);
    });
    assert.deepEqual(named, []);
  });

  it("are those that the error names, else those of its code, unless it says more", () => {
    assert.match(hintFor(new TouchmarkError("TIMEOUT", "slow")), /--timeout/);
    assert.equal(hintFor(new TouchmarkError("TIMEOUT", "slow", { hint: "Wait." })), "Wait.");
    const remedy = { id: "update-trust-root", about: "company" } as const;
    assert.match(hintFor(new TouchmarkError("FILE_NOT_FOUND", "none", { hint: "Fetch it.", remedy })), /touchmark trust update company\./);
    assert.match(wordsFor({ id: "import-trust-root", about: "team" }, "There is none."), /^There is none\. .*touchmark trust import team/);
  });

  it("of a verdict are in the words of the command line too", () => {
    assert.match(remedyOf("TIMEOUT", catalogue.TIMEOUT.remedy), /--timeout/);
    assert.match(remedyOf("UNREACHABLE", tlsHints["trust-certificate-authority"]), /--registry-cacert/);
    assert.equal(remedyOf("UNREACHABLE", "Something else."), "Something else.");
  });
});
