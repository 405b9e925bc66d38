import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { inspect } from "node:util";
import { testClock } from "../../../../test/fakes/clock.ts";
import { mintToken } from "../../../../test/fakes/identity-provider.ts";
import { TouchmarkError } from "../../../core/errors.ts";
import { createHttpClient } from "../../../net/http-client.ts";
import { givenToken } from "./given.ts";
import type { IdentityToken } from "./identity-token.ts";
import { obtainIdentityToken } from "./obtain.ts";

function obtain(value: string, env: Readonly<Record<string, string>> = {}): Promise<IdentityToken> {
  const surroundings = { env, http: createHttpClient(), audience: "sigstore", now: testClock, signal: AbortSignal.timeout(10_000) };
  return obtainIdentityToken({ providers: [givenToken(value)], ...surroundings });
}

test("the token itself is given, or its path", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "touchmark-"));
  t.after(() => rm(folder, { recursive: true }));
  const text = mintToken();
  await writeFile(join(folder, "id.token.jwt"), `${text}\n`);
  assert.equal((await obtain(text)).reveal(), text);
  assert.equal((await obtain(`${text}\n`)).reveal(), text);
  assert.equal((await obtain(join(folder, "id.token.jwt"))).reveal(), text);
  assert.equal((await obtain("env://TOKEN", { TOKEN: text })).reveal(), text);
});

test("a token without its end is recognised as one", async () => {
  const text = mintToken();
  await assert.rejects(obtain(text.slice(0, text.lastIndexOf("."))), { code: "IDENTITY_TOKEN_INVALID", message: /found 2$/ });
  await assert.rejects(obtain("no/such/token.jwt"), { code: "IDENTITY_TOKEN_MISSING", message: /neither a token nor a file/ });
});

test("a truncated token is never in the error", async () => {
  const text = mintToken();
  // 61 characters fewer: a signature's 86 become 25, which is never a valid length of base64url.
  const cuts = [text.slice(0, -61), text.slice(20), text.slice(0, text.lastIndexOf(".")), text.slice(text.indexOf(".") + 1), `"${text}"`];
  for (const cut of cuts) {
    await assert.rejects(obtain(cut), (error) => {
      assert.ok(error instanceof TouchmarkError, String(error));
      assert.match(error.code, /^IDENTITY_TOKEN_/);
      const print = inspect(error, { depth: 9 });
      for (const part of cut.split(".")) assert.ok(!print.includes(part.slice(1, 40)), print);
      return true;
    });
  }
});
