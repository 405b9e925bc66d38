/** When consent is requested before signing with the public sigstore instance publishes the signer's identity, and when not. */
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { describe, it, type TestContext } from "node:test";
import { putImage } from "../fakes/signers.ts";
import { signingConfigOf } from "../fakes/signing-services.ts";
import { forward, listen } from "../interop/harness/listen.ts";
import { assertFailed, assertUnsigned, alice, location, tokenOf, type Place } from "./keyless-setup.ts";

interface PublicPlace extends Place {
  /** Hosts that would have been contacted; no connection succeeds. */
  readonly reached: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** The image behind a registry that wants a login, which DOCKER_CONFIG in `env` has. */
  readonly secret: string;
}

/** Signs with the services of the public sigstore. */
async function publicPlace(t: TestContext): Promise<PublicPlace> {
  const at = await location(t);
  const urls = { authority: "https://fulcio.sigstore.dev", log: "https://log2026.rekor.sigstore.dev", stamps: "https://stamps.example" };
  await writeFile(at.path("signing_config.json"), signingConfigOf(urls, 2));
  const reached: string[] = [];
  const proxy = createServer().on("connect", ({ url = "" }, socket) => {
    reached.push(url);
    socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
  });
  const login = `Basic ${Buffer.from("me:secret").toString("base64")}`;
  const guarded = createServer((request, response) => {
    if (request.headers.authorization === login) forward(request, response, at.address.split(":")[1]);
    else response.writeHead(401, { "www-authenticate": 'Basic realm="registry"' }).end();
  });
  const [away, behind] = [await listen(proxy), await listen(guarded)];
  t.after(() => Promise.all([away.stop(), behind.stop()]));
  const { host } = new URL(behind.origin);
  await writeFile(at.path("config.json"), JSON.stringify({ auths: { [host]: { auth: login.slice("Basic ".length) } } }));
  return {
    ...at,
    reached,
    env: { HTTPS_PROXY: away.origin, DOCKER_CONFIG: at.path("") },
    secret: at.image.replace(at.address, host),
  };
}

const token = ["--identity-token", tokenOf(alice)] as const;
const askedFirst =
  /^the image is not public, and fulcio\.sigstore\.dev and log2026\.rekor\.sigstore\.dev would publish permanently that alice@example\.com \(https:\/\/issuer\.example\) signed now, with a hash of the signed content\.\nPublish that\? \[y\/N\] $/;

describe("the public sigstore is asked to sign an image that is not public", () => {
  it("only with --yes where there is no terminal", async (t) => {
    const at = await publicPlace(t);
    const { sign, secret, env, reached } = at;
    for (const reference of [secret, `oci:${at.path("layout")}`]) {
      const outcome = await sign({ env }, ...token, reference);
      const message = /the image is not public, and fulcio\.sigstore\.dev and log/;
      assertFailed(outcome, { status: 2, code: "CONSENT_REQUIRED", message, hint: /--yes, sign with a key, or/ });
    }
    assert.deepEqual(reached, []);
    await assertUnsigned(at);

    const agreed = await sign({ env }, ...token, "--yes", secret);
    assert.equal(agreed.status, 30, agreed.stderr);
    assert.deepEqual(reached, ["fulcio.sigstore.dev:443"]);
  });

  it("after the user at the terminal says yes, and after no other answer", async (t) => {
    const { sign, secret, env, reached } = await publicPlace(t);
    for (const [answer, agrees] of [
      ["", false],
      ["n", false],
      ["yes, no", false],
      [" Y\n", true],
      ["yes", true],
    ] as const) {
      const asked: string[] = [];
      const ask = async (prompt: string): Promise<string> => {
        asked.push(prompt);
        return answer;
      };
      const before = reached.length;
      const { status, stderr } = await sign({ env, ask }, ...token, secret, secret);
      assert.deepEqual([status, reached.length > before], agrees ? [30, true] : [2, false], stderr);
      assert.equal(asked.length, 1);
      assert.match(asked[0] ?? "", askedFirst);
    }
  });
});

describe("no consent is requested", () => {
  const ask = (): never => assert.fail("somebody was asked");

  it("about an image that everybody can pull, unless another one is signed with it", async (t) => {
    const { sign, image, secret, env, reached } = await publicPlace(t);
    assert.equal((await sign({ env, ask }, ...token, image)).status, 30);
    assert.deepEqual(reached, ["fulcio.sigstore.dev:443"]);
    assert.equal((await sign({ env }, ...token, image, secret)).status, 2);
    assert.equal(reached.length, 1);
  });

  it("about services of one's own", async (t) => {
    const { sign, repository, path } = await location(t);
    const layout = `oci:${path("layout")}`;
    await putImage(repository(layout), "x", "1");
    const { status, stderr } = await sign({ ask }, ...token, `${layout}:1`);
    assert.equal(status, 0, stderr);
  });

  it("about signatures by key, which name nobody", async (t) => {
    const { sign, secret, env, reached, path } = await publicPlace(t);
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    await writeFile(path("k.key"), privateKey.export({ type: "pkcs8", format: "pem" }));
    assert.equal((await sign({ env, ask }, "--key", path("k.key"), secret)).status, 30);
    assert.ok(reached.includes("log2026.rekor.sigstore.dev:443"));
    assert.ok(!reached.includes("fulcio.sigstore.dev:443"));
  });
});
