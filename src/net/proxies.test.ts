import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { proxiesFrom } from "./proxies.ts";

const proxy = "http://proxy.example:3128";

function goesStraight(url: string, exceptions: string): boolean {
  return proxiesFrom({ HTTPS_PROXY: proxy, HTTP_PROXY: proxy, no_proxy: exceptions })?.(new URL(url)) === undefined;
}

test("each scheme has its proxy variable, upper or lower case, and no proxy if the variables are empty", () => {
  const proxies = proxiesFrom({ https_proxy: "http://a.example", HTTP_PROXY: "b.example:8080", http_proxy: "ignored.example" });
  assert.equal(proxies?.(new URL("https://r.example"))?.href, "http://a.example/");
  assert.equal(proxies?.(new URL("http://r.example"))?.href, "http://b.example:8080/");
  assert.equal(proxiesFrom({ HTTPS_PROXY: "", NO_PROXY: "x" }), undefined);
  assert.equal(proxiesFrom({ HTTPS_PROXY: proxy })?.(new URL("http://r.example")), undefined);
});

test("loopback and cloud metadata addresses are never reached through a proxy", () => {
  for (const host of ["localhost", "localhost:5000", "127.0.0.1:5000", "127.8.9.1", "[::1]:5000", "169.254.169.254"]) {
    assert.ok(goesStraight(`http://${host}/`, ""), host);
  }
  for (const host of ["localhost.example", "169.25.4.1", "169.254.1.example"]) assert.ok(!goesStraight(`http://${host}/`, ""), host);
});

test("NO_PROXY follows Go's rules: names with subdomains, ports, addresses, networks, everything", () => {
  const cases: readonly (readonly [exceptions: string, straight: readonly string[], proxied: readonly string[]])[] = [
    ["*", ["https://r.example", "http://10.0.0.1"], []],
    ["r.example", ["https://r.example", "https://a.b.r.example"], ["https://evilr.example", "https://example"]],
    [".r.example", ["https://a.r.example"], ["https://r.example"]],
    ["*.r.example", ["https://a.r.example"], ["https://r.example", "https://xr.example"]],
    ["R.Example", ["https://r.example"], []],
    ["r.example:5000", ["https://r.example:5000", "https://a.r.example:5000"], ["https://r.example"]],
    ["r.example:443", ["https://r.example"], ["http://r.example"]],
    ["10.1.2.3", ["https://10.1.2.3:5000"], ["https://10.1.2.4", "https://110.1.2.3"]],
    ["10.1.2.3:5000", ["https://10.1.2.3:5000"], ["https://10.1.2.3"]],
    ["10.1.0.0/16", ["https://10.1.2.3"], ["https://10.2.2.3", "https://10.1.2.3.example"]],
    ["fd00::/8", ["https://[fd00::1]:5000"], ["https://[fe80::1]"]],
    ["fd00::1", ["https://[fd00::1]"], ["https://[fd00::2]"]],
    ["[fd00::1]:5000", ["https://[fd00::1]:5000"], ["https://[fd00::1]"]],
    [" a.example , ,b.example", ["https://a.example", "https://b.example"], ["https://c.example"]],
    ["10.1.0.0/99,x/8,", [], ["https://10.1.2.3", "https://x"]],
  ];
  for (const [exceptions, straight, proxied] of cases) {
    for (const url of straight) assert.ok(goesStraight(url, exceptions), `${url} with ${exceptions}`);
    for (const url of proxied) assert.ok(!goesStraight(url, exceptions), `${url} with ${exceptions}`);
  }
});

test("an invalid proxy URL is refused, without quoting it", () => {
  for (const text of ["socks5://user:secret@p.example", "http://", "http://user:secret@[", "ftp://p.example"]) {
    assert.throws(
      () => proxiesFrom({ HTTPS_PROXY: text }),
      (error: Error) => error.message.startsWith("HTTPS_PROXY") && !error.message.includes("secret"),
      text,
    );
  }
});

test("any NO_PROXY list is parsed in bounded time", () => {
  const odd = fc.string({ unit: fc.constantFrom(...Array.from("a1.:/*[],@- ")), maxLength: 60 });
  fc.assert(fc.property(fc.oneof(fc.string(), odd), (text) => typeof goesStraight("https://r.example", text) === "boolean"));
});
