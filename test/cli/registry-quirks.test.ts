/** Registries as they are: each quirk, and what sign, verify and copy make of it. */
import assert from "node:assert/strict";
import type { IncomingMessage } from "node:http";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { encodeUtf8 } from "../../src/core/bytes.ts";
import { emptyConfig, mediaTypes } from "../../src/core/oci/manifest.ts";
import { quirkyRegistry, type Quirk } from "../fakes/quirky-registry.ts";
import type { ScriptedAnswer } from "../fakes/scripted-registry.ts";
import { bench, type Bench } from "./harness.ts";

const { signal } = new AbortController();

interface Place extends Bench {
  readonly reference: string;
  readonly sign: () => ReturnType<Bench["run"]>;
  readonly verify: (key?: string) => ReturnType<Bench["run"]>;
}

/** An unsigned image in a registry with this quirk, and two keys. */
async function placeWith(t: TestContext, quirk: Quirk): Promise<Place> {
  const made = await bench(t);
  const address = await quirkyRegistry(t, join(made.folder, "quirky"), quirk);
  const reference = `${address}/app:1.0`;
  for (const name of ["mine", "other"]) await made.run("keys", "generate", "--output-key-prefix", made.path(name));
  const repository = made.repository(reference);
  await repository.putBlob(encodeUtf8("{}"), signal);
  const image = { schemaVersion: 2, mediaType: mediaTypes.ociManifest, config: emptyConfig.descriptor, layers: [] };
  await repository.putManifest(encodeUtf8(JSON.stringify(image)), mediaTypes.ociManifest, "1.0", signal);
  return {
    ...made,
    reference,
    sign: () => made.run("sign", "--key", made.path("mine.key"), reference),
    verify: (key = "mine") => made.run("verify", "--key", made.path(`${key}.pub`), reference),
  };
}

const isReferrers = ({ url = "" }: IncomingMessage): boolean => url.includes("/referrers/");
const html: ScriptedAnswer = { headers: { "content-type": "text/html" }, body: "<html>Sign in</html>" };
const noIndex: ScriptedAnswer = { headers: { "content-type": mediaTypes.ociIndex }, body: '{"results":[]}' };
const unsupported: ScriptedAnswer = { status: 400, body: '{"errors":[{"code":"UNSUPPORTED"}]}' };

/** Without a good signature: 12 where the registry has no such API, since all was read; otherwise undecided, since something was not. */
const answers: readonly (readonly [what: string, answer: ScriptedAnswer, withoutGood: readonly number[]])[] = [
  ["404", { status: 404 }, [12]],
  ["405", { status: 405 }, [12]],
  ["406", { status: 406 }, [12]],
  ["400 with the code UNSUPPORTED", unsupported, [12]],
  ["400 without a code", { status: 400 }, [30, 32]],
  ["200 with a web page", html, [30, 32]],
  ["200 with JSON that is no index", noIndex, [30, 32]],
  ["401 without a challenge", { status: 401 }, [31]],
  ["403", { status: 403 }, [31]],
  ["410", { status: 410 }, [30, 32]],
  ["501", { status: 501 }, [30, 32]],
];

describe("a registry whose referrers endpoint answers", () => {
  for (const [what, answer, withoutGood] of answers) {
    it(`${what}: sign writes the fallback tag, verify and copy find the signature there`, async (t) => {
      const place = await placeWith(t, (request) => (isReferrers(request) ? answer : undefined));
      const signed = await place.sign();
      assert.equal(signed.status, 0, signed.stderr);
      const verified = await place.verify();
      assert.equal(verified.status, 0, verified.stdout + verified.stderr);
      const refused = await place.verify("other");
      assert.ok(withoutGood.includes(refused.status), `${refused.status}: ${refused.stdout}`);
    });
  }
});

it("a fallback tag that names an image hides no signature of the API; without one, the answer is undecided", async (t) => {
  const place = await placeWith(t, () => undefined);
  const repository = place.repository(place.reference);
  const image = await repository.manifest("1.0", signal);
  assert.ok(image);
  const tag = image.descriptor.digest.replace(":", "-");
  await repository.putManifest(image.bytes, image.descriptor.mediaType, tag, signal);
  assert.equal((await place.sign()).status, 0);
  assert.equal((await place.verify()).status, 0);
  assert.equal((await place.verify("other")).status, 32);
});

describe("a registry that", () => {
  it("answers 404 once for what was just pushed, as replicas do: sign waits for it", async (t) => {
    const pushed = new Set<string>();
    const place = await placeWith(t, ({ method, url = "" }) => {
      const name = /\/(?:manifests|blobs)\/(sha256:[0-9a-f]+)$/.exec(url)?.[1];
      if (method !== "GET" || name === undefined || pushed.has(name)) return undefined;
      pushed.add(name);
      return { status: 404 };
    });
    const { status, stderr } = await place.sign();
    assert.equal(status, 0, stderr);
    assert.ok(pushed.size > 1);
    assert.equal((await place.verify()).status, 0);
  });

  for (const status of [403, 405]) {
    it(`answers ${status} when asked with HEAD whether it has a blob: sign sends the blob`, async (t) => {
      const place = await placeWith(t, ({ method, url = "" }) => (method === "HEAD" && url.includes("/blobs/") ? { status } : undefined));
      const signed = await place.sign();
      assert.equal(signed.status, 0, signed.stderr);
      assert.equal((await place.verify()).status, 0);
    });
  }
});
