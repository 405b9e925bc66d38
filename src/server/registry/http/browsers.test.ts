import assert from "node:assert/strict";
import { test } from "node:test";
import { digestOf } from "../../../core/digest.ts";
import { errorCode, putManifest, testRegistry, type TestRegistry } from "../fixture.test.ts";

const content = "0123456789";
const digest = digestOf(Buffer.from(content));

/** The status of a pull with these headers, and the code of a refusal. */
async function pull({ send }: TestRegistry, headers: Readonly<Record<string, string>>): Promise<string> {
  const reply = await send("GET", `/v2/app/blobs/${digest}`, { headers });
  return reply.status === 200 ? "200" : `${reply.status} ${errorCode(reply)}`;
}

test("a page of another site in a browser on the same machine can neither push nor pull", async (t) => {
  const registry = await testRegistry(t);
  await registry.pushBlob("app", content);
  for (const headers of [
    { Origin: "https://attacker.example" },
    { Origin: "null" },
    { "Sec-Fetch-Site": "cross-site" },
    { "Sec-Fetch-Site": "same-origin" },
  ]) {
    assert.equal(await pull(registry, headers), "403 DENIED", JSON.stringify(headers));
    const pushed = await registry.send("POST", `/v2/evil/blobs/uploads/?digest=${digest}`, { headers, body: content });
    assert.deepEqual([pushed.status, errorCode(pushed)], [403, "DENIED"]);
    assert.equal((await registry.send("DELETE", `/v2/app/blobs/${digest}`, { headers })).status, 403);
    assert.equal((await registry.send("OPTIONS", "/v2/", { headers })).status, 403);
  }
  assert.equal((await registry.send("GET", `/v2/evil/blobs/${digest}`)).status, 404);
  assert.equal(await pull(registry, { "Sec-Fetch-Site": "none" }), "200");
});

test("on loopback, a page whose own name was pointed at the registry reads nothing", async (t) => {
  const registry = await testRegistry(t);
  await registry.pushBlob("app", content);
  for (const Host of ["attacker.example", "attacker.example:5000", "127.0.0.1.attacker.example", "localhost.attacker.example", "1.2.3"]) {
    assert.equal(await pull(registry, { Host }), "403 DENIED", Host);
  }
  for (const Host of ["localhost", "LOCALHOST:5000", "registry.localhost:1", "127.0.0.1:80", "[::1]:5000", "10.0.0.1", "localhost."]) {
    assert.equal(await pull(registry, { Host }), "200", Host);
  }
});

test("other host names are allowed by the options, and any is where the registry listens for other machines", async (t) => {
  const named = await testRegistry(t, { hostNames: ["registry.Internal"] });
  await named.pushBlob("app", content);
  assert.equal(await pull(named, { Host: "Registry.internal:5000" }), "200");
  assert.equal(await pull(named, { Host: "other.internal" }), "403 DENIED");
  const open = await testRegistry(t, { host: "0.0.0.0" });
  await open.pushBlob("app", content);
  assert.equal(await pull(open, { Host: "any.internal" }), "200");
  assert.equal(await pull(open, { Host: "any.internal", Origin: "http://any.internal" }), "403 DENIED");
});

test("a manifest that was pushed as text/html is not shown as a page, nor is any other response", async (t) => {
  const { send, pushBlob } = await testRegistry(t);
  await pushBlob("app", content);
  const page = JSON.stringify({ x: "<script>alert(1)</script>" });
  assert.equal((await putManifest(send, "app", "page", page, "text/html")).status, 201);
  for (const path of ["manifests/page", `blobs/${digest}`, "tags/list", "manifests/none", `referrers/${digest}`]) {
    const { headers } = await send("GET", `/v2/app/${path}`);
    assert.equal(headers["x-content-type-options"], "nosniff", path);
    assert.equal(headers["content-security-policy"], "default-src 'none'; sandbox", path);
    assert.equal(headers["cross-origin-resource-policy"], "same-origin", path);
  }
});
