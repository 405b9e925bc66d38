/**
 * Tests are hermetic: clock, randomness, paths and ports are handed in, so that a test passes on any day and on any machine.
 * Only the files listed here take them from the machine. Tests in `interop` and `bench` run real programs, which read the
 * real clock, and are exempt.
 */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { describe, it } from "node:test";

interface Rule {
  readonly pattern: RegExp;
  readonly instead: string;
  /** Files that may match. */
  readonly allowed: readonly string[];
}

/** Tests that start `bin/touchmark.js`, which reads the clock of its own process. */
const processes = [
  "test/cli/demo.test.ts",
  "test/cli/guide.test.ts",
  "test/cli/keyless-guide.test.ts",
  "test/cli/keyless-processes.test.ts",
  "test/cli/offline.test.ts",
  // oidc-provider, which reads the clock of this process
  "src/signers/keyless/identity/sign-in/openid-provider.test.ts",
];

const rules: Readonly<Record<string, Rule>> = {
  "the wall clock": {
    pattern: /\bDate\.now\b|\bnew Date\(\)|\bDate\(\)|\bTemporal\.Now\b/,
    instead: "testClock or testTime of test/fakes/clock.ts",
    // notation-envelope.cjs runs in a plugin, which is a process of its own.
    allowed: ["test/fakes/wall-clock.ts", "test/fakes/notation-envelope.cjs", "test/preload/clock-ahead.cjs"],
  },
  "the clock of processes": { pattern: /\bwallClock\b/, instead: "testClock", allowed: ["test/fakes/wall-clock.ts", ...processes] },
  "the clock of other programs": {
    pattern: /\bprogramTime\b/,
    instead: "testClock",
    allowed: ["test/fakes/wall-clock.ts", "src/facts/revocation/openssl.test.ts"],
  },
  "the clock of files": {
    pattern: /\bfileTime\b/,
    instead: "testClock",
    allowed: ["test/fakes/wall-clock.ts", "src/facts/revocation/cached-list.test.ts", "src/server/registry/fixture.test.ts"],
  },
  "a time limit that starts when the file is loaded": {
    pattern:
      /^(?:export )?const \w+(?:: \w+)? = (?!.*=>).*AbortSignal\.timeout|^(?:suite|describe)\(.*\n(?:(?: {2}.*)?\n)*? {2}const \w+ = AbortSignal\.timeout/m,
    instead: "an AbortSignal that the test makes",
    allowed: [],
  },
  "randomness without a seed": {
    pattern: /\bMath\.random\b|\brandomBytes\b|\brandomUUID\b|\brandomInt\b|\bgetRandomValues\b/,
    instead: "testRandom of test/fakes/random.ts",
    allowed: ["test/fakes/random.ts"],
  },
  "a path that only seems absent": {
    pattern: /["'`/]\/nonexistent\b|["'`]\/tmp\//,
    instead: "a path in the test's own folder",
    allowed: [],
  },
  "a port that only seems free or closed": {
    pattern: /\blisten\([1-9]|\bport: [1-9]|127\.0\.0\.1:(?:1|9)\b/,
    instead: "port 0, or refusedAddress of test/fakes/refused-port.ts",
    allowed: [],
  },
};

const root = join(import.meta.dirname, "..");
const self = "test/hermetic.test.ts";
const files = globSync(["src/**/*.test.ts", "test/**/*.{ts,cjs,mjs}"], { cwd: root })
  .map((file) => file.split(sep).join("/"))
  .filter((file) => file !== self && !/^test\/(?:interop|bench|vectors)\//.test(file));

const textOf = (file: string): string => readFileSync(join(root, file), "utf8");

describe("hermetic tests", () => {
  for (const [what, { pattern, instead, allowed }] of Object.entries(rules)) {
    it(`do not use ${what}`, () => {
      const found = files.filter((file) => !allowed.includes(file) && pattern.test(textOf(file)));
      assert.deepEqual(found, [], `hint: Use ${instead}.`);
    });

    it(`list no file that does not use ${what}`, () => {
      assert.deepEqual(
        allowed.filter((file) => !pattern.test(textOf(file))),
        [],
      );
    });
  }

  it("are looked for in every folder of tests", () => {
    assert.ok(files.length > 200, String(files.length));
    for (const file of ["src/core/asn1/der.test.ts", "test/fakes/tsa.ts", "test/cli/sign-verify.test.ts"])
      assert.ok(files.includes(file), file);
  });
});
