/** Untrusted text from a registry is cleaned before it reaches the terminal, and does not delay a command that has its result. */
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { describe, it } from "node:test";
import { digestOf } from "../../src/core/digest.ts";
import { mediaTypes } from "../../src/core/oci/manifest.ts";
import { served } from "../fakes/scripted-repository.ts";
import { scriptedServer } from "../fakes/scripted-registry.ts";
import { bench, type Bench } from "./harness.ts";

async function withKey(t: Parameters<typeof bench>[0]): Promise<Bench> {
  const b = await bench(t);
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  await writeFile(b.path("k.key"), privateKey.export({ type: "pkcs8", format: "pem" }));
  await writeFile(b.path("k.pub"), publicKey.export({ type: "spki", format: "pem" }));
  return b;
}

describe("untrusted text of a registry", () => {
  it("is shown without control characters that move the cursor, hide a line or reverse it", async (t) => {
    const { runWith, path } = await withKey(t);
    const evil = "\u001B[2J\u009B31m\u202E\u200F\u2028\r\nallowed";
    const index = Buffer.from(
      JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: [], annotations: { [evil]: 1 } }),
    );
    const digest = digestOf(index);
    const script = {
      "GET /v2/app/manifests/1": served(index, mediaTypes.ociIndex),
      [`GET /v2/app/referrers/${digest}`]: served(index, mediaTypes.ociIndex),
      [`GET /v2/app/manifests/${digest.replace(":", "-")}`]: { status: 404 },
      "POST /v2/app/blobs/uploads/": { status: 405, body: JSON.stringify({ errors: [{ code: evil, message: evil }] }) },
      ...Object.fromEntries(
        ["sig", "att", "sbom"].map((kind) => [`GET /v2/app/manifests/${digest.replace(":", "-")}.${kind}`, { status: 404 }]),
      ),
    };
    const { host } = await scriptedServer(t, script);
    for (const words of [
      ["verify", "--key", path("k.pub")],
      ["verify", "-r", "--key", path("k.pub")],
      ["sign", "-r", "--key", path("k.key")],
      ["tree"],
    ]) {
      const { stdout, stderr } = await runWith({ env: { TOUCHMARK_DEBUG: "1" } }, ...words, `${host}/app:1`);
      assert.match(stdout + stderr, /allowed/, words.join(" "));
      assert.doesNotMatch(stdout + stderr, /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u, words.join(" "));
      assert.doesNotMatch(stdout + stderr, /^allowed/m);
    }
  });

  it("is not awaited longer than needed", async (t) => {
    const { run, path } = await withKey(t);
    const digest = digestOf(Buffer.from("nothing"));
    const left = Promise.withResolvers<void>();
    const { host } = await scriptedServer(t, {
      [`GET /v2/app/manifests/${digest}`]: { status: 404 },
      [`GET /v2/app/referrers/${digest}`]: (_seen, response) => void response.once("close", left.resolve),
      [`GET /v2/app/manifests/${digest.replace(":", "-")}`]: { status: 404 },
      [`GET /v2/app/manifests/${digest.replace(":", "-")}.sig`]: { status: 404 },
    });
    assert.equal((await run("verify", "--key", path("k.pub"), `${host}/app@${digest}`)).status, 11);
    await left.promise;
  });
});
