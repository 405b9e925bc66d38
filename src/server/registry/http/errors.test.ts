import assert from "node:assert/strict";
import { test } from "node:test";
import { TouchmarkError, type Code } from "../../../core/errors.ts";
import { requestOf } from "../../http/fixture.test.ts";
import type { ApiResponse } from "../../http/response.ts";
import { RegistryError } from "../registry-error.ts";
import { registryApi } from "./api.ts";
import { headersForBrowsers } from "./browsers.ts";

/** The response of `/v2/` if finding the backend throws this error. */
async function answerTo(error: Error): Promise<ApiResponse> {
  return registryApi(async () => {
    throw error;
  })(requestOf("/v2/"));
}

function refusal(status: number, code: string, message: string, more: Readonly<Record<string, string>> = {}): ApiResponse {
  const headers = { "Docker-Distribution-API-Version": "registry/2.0", ...headersForBrowsers, "Content-Type": "application/json", ...more };
  return { status, headers, body: JSON.stringify({ errors: [{ code, message }] }), route: "version" };
}

test("a backend requires credentials and denies access in the specification's form", async () => {
  const headers = { "WWW-Authenticate": 'Basic realm="x"' };
  assert.deepEqual(
    await answerTo(new RegistryError("UNAUTHORIZED", "log in", { headers })),
    refusal(401, "UNAUTHORIZED", "log in", headers),
  );
  assert.deepEqual(await answerTo(new RegistryError("DENIED", "no")), refusal(403, "DENIED", "no"));
});

test("errors of the catalogue have their status, and those of the registry itself reveal only a code", async () => {
  for (const [code, status, said, message] of [
    ["POLICY_DENIED", 403, "DENIED", "m; h"],
    ["RATE_LIMITED", 429, "TOOMANYREQUESTS", "m"],
    ["UNREACHABLE", 502, "UNKNOWN", "m"],
    ["TIMEOUT", 504, "UNKNOWN", "m"],
    ["UNAUTHORIZED", 502, "UNKNOWN", "m"],
    ["MALFORMED", 500, "UNKNOWN", "the registry failed: MALFORMED"],
    ["INTERNAL", 500, "UNKNOWN", "the registry failed: INTERNAL"],
  ] as const satisfies readonly (readonly [Code, number, string, string])[]) {
    const error = new TouchmarkError(code, "m", { hint: "h" });
    const { failure, ...answer } = await answerTo(error);
    assert.deepEqual(answer, refusal(status, said, message), code);
    assert.equal(failure, status >= 500 ? error : undefined, code); // for the log
  }
});
