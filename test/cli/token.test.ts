/** Keys on PKCS #11 tokens from the command line, as far as that goes without a token. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { bench } from "./harness.ts";

describe("touchmark sign --key pkcs11:", () => {
  const misused: readonly (readonly [string, RegExp])[] = [
    ["pkcs11:token=a;x-other=b?pin-value=hunter2", /PKCS #11 URI cannot be used: .* none of token,/],
    ["pkcs11:token=a?module-path=m.so&pin-value=hunter2", /module-path is not absolute/],
    ["pkcs11:token=a?pin-value=hunter2", /pkcs11:token=a does not say which module/],
  ];
  for (const [uri, message] of misused) {
    it(`refuses ${uri.replace("hunter2", "…")} without repeating the PIN`, async (t) => {
      const { run, address } = await bench(t);
      const { status, stdout, stderr } = await run("sign", "--key", uri, `${address}/app:1`);
      assert.equal(status, 2, stderr);
      assert.match(stderr, message);
      assert.doesNotMatch(stdout + stderr, /hunter2/);
    });
  }
});
