import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { quirkyRegistry } from "../fakes/quirky-registry.ts";
import { refusedAddress } from "../fakes/refused-port.ts";
import { bench } from "./harness.ts";

interface Said {
  readonly probes: Readonly<Record<string, string>>;
  readonly advice: Readonly<Record<string, string>>;
}

function said(stdout: string): Said {
  const { probes, advice } = JSON.parse(stdout);
  const pairs = (rows: readonly Record<string, string>[], key: string, value: string): Record<string, string> =>
    Object.fromEntries(rows.map((row) => [row[key] ?? "", row[value] ?? ""]));
  return { probes: pairs(probes, "name", "answer"), advice: pairs(advice, "format", "works") };
}

describe("touchmark doctor registry", () => {
  it("finds all there is to find in the embedded registry, and leaves no tag behind", async (t) => {
    const { run, address } = await bench(t);
    const { status, stdout, stderr } = await run("doctor", "registry", "--write", "-o", "json", `${address}/scratch`);
    assert.equal(status, 0, stderr);
    const { probes, advice } = said(stdout);
    assert.deepEqual(probes, {
      api: "yes",
      authentication: "no",
      "rate limit": "unknown",
      pull: "unknown",
      referrers: "yes",
      push: "yes",
      "chunked upload": "yes",
      mount: "yes",
      range: "yes",
      artifacts: "yes",
      "tag overwrite": "yes",
      delete: "yes",
    });
    assert.deepEqual(advice, { bundle: "yes", "cosign-legacy": "yes", notation: "yes" });
    const tags: { tags: unknown } = JSON.parse(await (await fetch(`http://${address}/v2/scratch/tags/list`)).text());
    assert.deepEqual(tags.tags, []);
  });

  it("writes nothing without --write", async (t) => {
    const { run, path } = await bench(t);
    const methods = new Set<string>();
    const address = await quirkyRegistry(t, path("other"), ({ method = "" }) => {
      methods.add(method);
      return undefined;
    });
    assert.equal((await run("doctor", "registry", address)).status, 0);
    const { stdout } = await run("doctor", "registry", "-o", "json", `${address}/scratch`);
    assert.deepEqual([...methods], ["GET"]);
    assert.deepEqual(said(stdout).advice, { bundle: "unknown", "cosign-legacy": "unknown", notation: "unknown" });
  });

  it("says what does not work: no referrers, no deletion, tags that stay", async (t) => {
    const { run, path } = await bench(t);
    const tags = new Set<string>();
    const address = await quirkyRegistry(t, path("other"), ({ method, url = "" }) => {
      if (url.includes("/referrers/")) return { status: 404 };
      if (method === "DELETE") return { status: 405 };
      if (method !== "PUT" || !url.includes("/manifests/touchmark")) return undefined;
      if (tags.has(url)) return { status: 409 };
      tags.add(url);
      return undefined;
    });
    const { stdout } = await run("doctor", "registry", "--write", "-o", "json", `${address}/scratch`);
    const { probes, advice } = said(stdout);
    assert.deepEqual([probes["referrers"], probes["tag overwrite"], probes["delete"]], ["no", "no", "no"]);
    assert.deepEqual(advice, { bundle: "no", "cosign-legacy": "no", notation: "no" });
    assert.match(
      (await run("doctor", "registry", "--write", `${address}/scratch`)).stdout,
      /delete +no +the registry answers 405; the tag touchmark-doctor-.* stays behind/,
    );
  });

  it("tells being refused from not being able to", async (t) => {
    const { run, path } = await bench(t);
    const address = await quirkyRegistry(t, path("other"), ({ method }) => (method === "GET" ? undefined : { status: 403 }));
    const { stdout } = await run("doctor", "registry", "--write", "-o", "json", `${address}/scratch`);
    const { probes, advice } = said(stdout);
    assert.equal(probes["push"], "unknown");
    assert.deepEqual(advice, { bundle: "unknown", "cosign-legacy": "unknown", notation: "unknown" });
  });

  it("cannot say anything about a registry that is down, or of what is no registry", async (t) => {
    const { run } = await bench(t);
    const down = await refusedAddress(t);
    assert.equal((await run("doctor", "registry", down)).status, 30);
    assert.equal((await run("doctor", "registry", `${down}/app:tag`)).status, 2);
    assert.equal((await run("doctor", "registry", "--write", down)).status, 2);
    assert.equal((await run("doctor", "registry", "oci:folder/x")).status, 2);
  });
});
