import assert from "node:assert/strict";
import { test } from "node:test";
import { isLoopback } from "./loopback.ts";

test("only these names are loopback", () => {
  for (const url of ["http://localhost", "http://127.0.0.1:80", "http://127.1", "http://127.255.0.9", "http://[::1]:5000"]) {
    assert.ok(isLoopback(new URL(url).hostname), url);
  }
  for (const url of ["http://localhost.example", "http://127.0.0.1.example", "http://128.0.0.1", "http://[::2]", "http://0.0.0.0"]) {
    assert.ok(!isLoopback(new URL(url).hostname), url);
  }
});
