import assert from "node:assert/strict";
import type { LookupFunction } from "node:net";
import { suite, test } from "node:test";
import { scriptedServer } from "../../test/fakes/scripted-registry.ts";
import { createHttpClient } from "./http-client.ts";
import type { Proxies } from "./proxies.ts";
import { publicOnly } from "./public-only.ts";

const get = (url: string) => ({ method: "GET", url: new URL(url), maxBytes: 1000, signal: AbortSignal.timeout(10_000) }) as const;

/** A resolver that knows one name. */
const names =
  (...addresses: readonly string[]): LookupFunction =>
  (hostname, options, callback) => {
    assert.equal(options.all, true);
    if (hostname !== "host.example") return callback(Object.assign(new Error("no"), { code: "ENOTFOUND" }), "");
    return callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
    );
  };

async function resolved(lookup: LookupFunction, all: boolean): Promise<unknown> {
  return new Promise((resolve, reject) => {
    publicOnly(lookup)("host.example")("host.example", { all }, (error, found) => (error ? reject(error) : resolve(found)));
  });
}

const inside = [
  "0.0.0.0",
  "10.1.2.3",
  "100.64.0.1",
  "127.0.0.1",
  "127.255.255.254",
  "169.254.169.254",
  "172.31.255.255",
  "192.168.0.1",
  "224.0.0.1",
  "255.255.255.255",
  "::",
  "::1",
  "::ffff:8.8.8.8",
  "64:ff9b::8.8.8.8",
  "fe80::1",
  "fe80::1%eth0",
  "2001:4860::8888%eth0",
  "fc00::1",
  "fd12:3456::1",
  "ff02::1",
  "2001:db8::1",
  "2001::1",
  "2002:7f00:1::1",
];
const outside = ["8.8.8.8", "172.32.0.1", "100.128.0.1", "192.169.0.1", "2001:4860:4860::8888", "2606:4700::1111", "3ffe::1"];

suite("public addresses", () => {
  for (const address of inside) {
    test(`${address} is refused, in the URL or as a resolved name`, async () => {
      assert.throws(() => publicOnly()(address), { code: "UNREACHABLE", message: /no public address/ });
      await assert.rejects(resolved(names(address), true), { code: "UNREACHABLE", message: /host\.example has no public address/ });
    });
  }

  test("are connected to", async () => {
    for (const address of outside) {
      assert.equal(typeof publicOnly()(address), "function");
      assert.equal(await resolved(names(address), false), address);
    }
  });

  test("of a name with both, only the public addresses are connected to", async () => {
    assert.deepEqual(await resolved(names("127.0.0.1", "8.8.8.8", "::1"), true), [{ address: "8.8.8.8", family: 4 }]);
    assert.equal(await resolved(names("127.0.0.1", "8.8.8.8", "::1"), false), "8.8.8.8");
    await assert.rejects(resolved(names(), true), { code: "UNREACHABLE" });
  });

  test("a name that does not resolve is reported as such", async () => {
    const http = createHttpClient({ resolver: publicOnly(names()) });
    await assert.rejects(http.request(get("http://elsewhere.example/")), { code: "UNREACHABLE", message: /does not resolve/ });
  });
});

suite("a client restricted to public addresses", () => {
  test("a private address is refused in any spelling in the URL", async (t) => {
    const server = await scriptedServer(t);
    const { port } = new URL(server.origin);
    const http = createHttpClient({ resolver: publicOnly() });
    const spelled = ["127.0.0.1", "localhost", "127.1", "0x7f000001", "2130706433", "0.0.0.0", "[::1]", "[::ffff:127.0.0.1]", "[::]"];
    for (const host of spelled) {
      await assert.rejects(http.request(get(`http://${host}:${port}/`)), { code: "UNREACHABLE", message: /no public address/ }, host);
      await assert.rejects(http.request(get(`https://${host}:${port}/`)), { code: "UNREACHABLE", message: /no public address/ }, host);
    }
    assert.deepEqual(server.lines, []);
  });

  test("a redirect to a private address is refused", async (t) => {
    const server = await scriptedServer(t);
    // A proxy that responds in place of the public internet.
    const proxy = await scriptedServer(t, {
      "GET http://host.example/*": { status: 302, headers: { location: `${server.origin}/admin` } },
    });
    const proxies: Proxies = () => new URL(proxy.origin);
    const http = createHttpClient({ resolver: publicOnly(), proxies });
    await assert.rejects(http.request(get("http://host.example/list")), {
      code: "UNREACHABLE",
      message: /127\.0\.0\.1 has no public address/,
    });
    assert.deepEqual([proxy.lines.length, server.lines.length], [1, 0]);
  });

  test("names are left to a proxy, at any address, but private addresses are refused", async (t) => {
    const proxy = await scriptedServer(t, { "GET http://host.example/*": { body: "here" } });
    const http = createHttpClient({
      resolver: publicOnly(names("10.0.0.1")),
      proxies: () => new URL(`http://localhost:${proxy.host.split(":")[1]}`),
    });
    assert.equal(Buffer.from((await http.request(get("http://host.example/list"))).body).toString(), "here");
    await assert.rejects(http.request(get("http://10.0.0.1/")), { code: "UNREACHABLE" });
    assert.equal(proxy.lines.length, 1);
  });
});
