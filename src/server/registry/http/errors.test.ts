import assert from "node:assert/strict";
import { test } from "node:test";
import { TouchmarkError, type Code } from "../../../core/errors.ts";
import { jsonOf, requestOf } from "../../http/fixture.test.ts";
import type { RegistryBackend } from "../backend.ts";
import { RegistryError } from "../registry-error.ts";
import { registryApi } from "./api.ts";

/** What `/v2/` answers where finding the backend fails in this way. */
async function answerTo(error: Error): Promise<readonly unknown[]> {
  const api = registryApi(() => Promise.reject<RegistryBackend>(error));
  const { headers, status, ...response } = await api(requestOf("/v2/"));
  assert.equal(headers?.["Docker-Distribution-API-Version"], "registry/2.0");
  const body = jsonOf(response as Parameters<typeof jsonOf>[0]) as {
    readonly errors: readonly { readonly code: string; readonly message: string }[];
  };
  return [status, body.errors[0]?.code, body.errors[0]?.message, headers?.["WWW-Authenticate"]];
}

test("a backend asks for credentials and denies in the specification's form", async () => {
  const challenge = { headers: { "WWW-Authenticate": 'Basic realm="x"' } };
  assert.deepEqual(await answerTo(new RegistryError("UNAUTHORIZED", "log in", challenge)), [
    401,
    "UNAUTHORIZED",
    "log in",
    'Basic realm="x"',
  ]);
  assert.deepEqual(await answerTo(new RegistryError("DENIED", "no")), [403, "DENIED", "no", undefined]);
});

test("errors of the catalogue are answered by their kind, and those of the registry itself tell only a code", async () => {
  for (const [code, status, said, message] of [
    ["POLICY_DENIED", 403, "DENIED", "m; h"],
    ["RATE_LIMITED", 429, "TOOMANYREQUESTS", "m"],
    ["UNREACHABLE", 502, "UNKNOWN", "m"],
    ["TIMEOUT", 504, "UNKNOWN", "m"],
    ["UNAUTHORIZED", 502, "UNKNOWN", "m"],
    ["MALFORMED", 500, "UNKNOWN", "the registry failed: MALFORMED"],
    ["INTERNAL", 500, "UNKNOWN", "the registry failed: INTERNAL"],
  ] as const satisfies readonly (readonly [Code, number, string, string])[]) {
    assert.deepEqual(await answerTo(new TouchmarkError(code, "m", { hint: "h" })), [status, said, message, undefined], code);
  }
});
