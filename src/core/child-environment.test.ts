import assert from "node:assert/strict";
import { test } from "node:test";
import { childEnvironment } from "./child-environment.ts";

test("a program gets what any program needs and what is its own, and no secret", () => {
  const env = { PATH: "/bin", HOME: "/h", LC_ALL: "C", HTTPS_PROXY: "http://p", AWS_PROFILE: "dev", TOUCHMARK_PASSWORD: "s", TOKEN: "s" };
  const secrets = { ACTIONS_ID_TOKEN_REQUEST_TOKEN: "s", SIGSTORE_ID_TOKEN: "s", MY_PATH: "s", PATHS: "s", XAWS_KEY: "s" };
  assert.deepEqual(childEnvironment({ ...env, ...secrets }, ["AWS_"]), {
    PATH: "/bin",
    HOME: "/h",
    LC_ALL: "C",
    HTTPS_PROXY: "http://p",
    AWS_PROFILE: "dev",
  });
});
