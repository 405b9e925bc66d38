import assert from "node:assert/strict";
import { test } from "node:test";
import { createHttpClient } from "../net/http-client.ts";
import { addressOf } from "./address.ts";
import { fetchToken } from "./token.ts";

test("a registry over TLS cannot use a token service without TLS", async () => {
  const access = { registry: addressOf("registry.example", "loopback"), repository: "app", actions: "pull" } as const;
  const challenge = { scheme: "bearer", parameters: new Map([["realm", "http://auth.example/token"]]) };
  const credential = { kind: "password", username: "alice", password: "secret", source: "a file" } as const;
  const asked = fetchToken({ http: createHttpClient(), access, challenge, credential, signal: new AbortController().signal });
  await assert.rejects(asked, { code: "INSECURE_REGISTRY", message: /http:\/\/auth\.example\/token/ });
});
