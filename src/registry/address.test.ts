import assert from "node:assert/strict";
import { test } from "node:test";
import { addressOf } from "./address.ts";

test("a registry is used over TLS, one on loopback over plain HTTP", () => {
  for (const [name, origin] of [
    ["docker.io", "https://registry-1.docker.io"],
    ["registry.example.com", "https://registry.example.com"],
    ["registry.example.com:5000", "https://registry.example.com:5000"],
    ["localhost.example.com", "https://localhost.example.com"],
    ["127.0.0.1.example.com", "https://127.0.0.1.example.com"],
    ["128.0.0.1:5000", "https://128.0.0.1:5000"],
    ["[::2]:5000", "https://[::2]:5000"],
    ["localhost", "http://localhost"],
    ["localhost:443", "http://localhost:443"],
    ["127.0.0.1:5000", "http://127.0.0.1:5000"],
    ["127.9.9.9", "http://127.9.9.9"],
    ["[::1]:5000", "http://[::1]:5000"],
  ] as const) {
    assert.equal(addressOf(name, "loopback").base.origin, origin);
    assert.equal(addressOf(name, "loopback").name, name);
  }
});

test("with the setting, every registry is used over plain HTTP", () => {
  assert.equal(addressOf("registry.example.com:5000", "every").base.origin, "http://registry.example.com:5000");
});

test("an invalid host is refused", () => {
  for (const name of ["", "a/b", "user@host", "host?x", "host#x", "host:99999", "1.2.3.4.5", "[::1"]) {
    assert.throws(() => addressOf(name, "loopback"), { code: "INVALID_REFERENCE" }, name);
  }
});
