import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { TouchmarkError } from "../core/errors.ts";
import { parseChallenges, type Challenge } from "./challenge.ts";

function plain(challenges: readonly Challenge[]): readonly unknown[] {
  return challenges.map(({ scheme, parameters }) => ({ scheme, ...Object.fromEntries(parameters) }));
}

test("a registry's Bearer challenge", () => {
  const header = 'Bearer realm="https://auth.example.com/token",service="registry.example.com",scope="repository:app:pull,push"';
  assert.deepEqual(plain(parseChallenges(header)), [
    { scheme: "bearer", realm: "https://auth.example.com/token", service: "registry.example.com", scope: "repository:app:pull,push" },
  ]);
});

test("several challenges, of every form that RFC 9110 has", () => {
  const header = ' , Newauth Realm="apps", type=1,\ttitle = "Login to \\"apps\\"", , Negotiate YWJj==, NTLM, Basic realm="simple" ';
  assert.deepEqual(plain(parseChallenges(header)), [
    { scheme: "newauth", realm: "apps", type: "1", title: 'Login to "apps"' },
    { scheme: "negotiate" },
    { scheme: "ntlm" },
    { scheme: "basic", realm: "simple" },
  ]);
  assert.deepEqual(parseChallenges(""), []);
});

test("an invalid list of challenges is refused", () => {
  for (const header of [
    '"Bearer"',
    'Bearer realm="open',
    "Bearer realm=a b",
    'Bearer realm="a" service="b"',
    'Bearer realm="a", realm="b"',
    'Bearer realm="a"; service=b',
    "Bearer a=b=c d",
    "Basic é",
    "Basic\u00a0",
  ]) {
    assert.throws(() => parseChallenges(header), { code: "MALFORMED" }, header);
  }
});

test("an endless header is refused", () => {
  const limits = [
    `Basic realm="${"x".repeat(9000)}"`,
    "Basic, ".repeat(9),
    `Basic ${Array.from({ length: 17 }, (_, i) => `p${i}=x`).join()}`,
  ];
  for (const header of limits) assert.throws(() => parseChallenges(header), { code: "LIMIT_EXCEEDED" });
});

const name = fc.stringMatching(/^[a-z][a-z0-9_-]{0,10}$/);
const value = fc.stringMatching(/^[\x20-\x7e]{0,20}$/);
const challenge = fc.tuple(name, fc.uniqueArray(fc.tuple(name, value), { selector: ([key]) => key, maxLength: 5 }));

test("challenges are read back as they were written", () => {
  fc.assert(
    fc.property(fc.array(challenge, { maxLength: 5 }), (challenges) => {
      const written = challenges.map(([scheme, parameters]) => {
        const list = parameters.map(([key, text]) => `${key}="${text.replaceAll(/["\\]/g, "\\$&")}"`);
        return [scheme, list.join(", ")].join(list.length > 0 ? " " : "");
      });
      const expected = challenges.map(([scheme, parameters]) => ({ scheme, ...Object.fromEntries(parameters) }));
      assert.deepEqual(plain(parseChallenges(written.join(", "))), expected);
    }),
  );
});

test("any header is parsed or refused", () => {
  const pieces = fc.constantFrom("Bearer", " ", ",", "=", '"', "\\", "realm", "a==", "\t", "é", "Basic realm=x");
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 40 }), (parts) => {
      try {
        parseChallenges(parts.join(""));
      } catch (error) {
        assert.ok(error instanceof TouchmarkError);
      }
    }),
    { numRuns: 1000 },
  );
});
