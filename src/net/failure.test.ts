import assert from "node:assert/strict";
import { test } from "node:test";
import { failureOf, isReset } from "./failure.ts";

const url = new URL("https://user:secret@registry.example.com/v2/?token=secret");

function broken(code: string): Error {
  return Object.assign(new Error("broken"), { code });
}

test("an untrusted certificate is reported with its host, and the remedy is not to trust more", () => {
  for (const code of [
    "SELF_SIGNED_CERT_IN_CHAIN",
    "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    "DEPTH_ZERO_SELF_SIGNED_CERT",
    "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  ]) {
    const { message, hint, code: ours } = failureOf(broken(code), url);
    assert.equal(ours, "UNREACHABLE");
    assert.equal(
      message,
      `registry.example.com:443 cannot be used: the certificate of registry.example.com is not trusted by this machine (${code})`,
    );
    assert.match(hint, /private certificate authority/);
  }
});

test("a certificate for another host and an expired one are distinguished", () => {
  assert.match(failureOf(broken("ERR_TLS_CERT_ALTNAME_INVALID"), url).message, /not one for registry.example.com/);
  assert.match(failureOf(broken("CERT_HAS_EXPIRED"), url).message, /has expired/);
});

test("an unknown failure keeps its name and its cause", () => {
  const cause = broken("EWHATEVER");
  const error = failureOf(cause, url);
  assert.deepEqual([error.code, error.message, error.cause], ["UNREACHABLE", "registry.example.com:443 cannot be used: EWHATEVER", cause]);
});

test("only a broken connection is retryable", () => {
  assert.equal(isReset(failureOf(broken("ECONNRESET"), url)), true);
  assert.equal(isReset(failureOf(broken("EPIPE"), url)), true);
  for (const code of ["ENOTFOUND", "ECONNREFUSED", "CERT_HAS_EXPIRED", "HPE_HEADER_OVERFLOW"])
    assert.equal(isReset(failureOf(broken(code), url)), false, code);
});
