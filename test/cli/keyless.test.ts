/** Keyless signing on the command line and in CI jobs, with its failures. */
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { describe, it } from "node:test";
import { testTime } from "../fakes/clock.ts";
import { refuse } from "../fakes/fulcio.ts";
import { mintToken } from "../fakes/identity-provider.ts";
import { putImage, putIndex } from "../fakes/signers.ts";
import { scriptedServer, type ScriptedAnswer } from "../fakes/scripted-registry.ts";
import type { SigningServicesOptions } from "../fakes/signing-services.ts";
import { alice, assertFailed, assertUnsigned, issuer, made, location, tokenOf } from "./keyless-setup.ts";

describe("keyless signing", () => {
  it("takes the token from the flag, a file, a variable or the CI job, and signs with its identity", async (t) => {
    const at = await location(t);
    const workflow = "repo:example/app:ref:refs/heads/main";
    const github = await scriptedServer(t, {
      "GET /token?*": ({ path, headers }) => {
        assert.equal(new URL(path, "http://x").searchParams.get("audience"), "sigstore");
        assert.equal(headers.authorization, "bearer secret");
        return { body: JSON.stringify({ value: mintToken({ sub: workflow }) }) };
      },
    });
    await writeFile(at.path("token"), `${tokenOf("file@example.com")}\n`);
    const job = { ACTIONS_ID_TOKEN_REQUEST_URL: `${github.origin}/token?v=2`, ACTIONS_ID_TOKEN_REQUEST_TOKEN: "secret" };
    for (const [identity, words, env] of [
      ["flag@example.com", ["--identity-token", tokenOf("flag@example.com")], {}],
      ["file@example.com", ["--identity-token", at.path("token")], {}],
      ["named@example.com", ["--identity-token", "env://TOKEN"], { TOKEN: tokenOf("named@example.com") }],
      ["variable@example.com", [], { SIGSTORE_ID_TOKEN: tokenOf("variable@example.com") }],
      [workflow, [], job],
    ] as const) {
      const outcome = await at.sign({ env }, ...words, "-o", "json", at.image);
      assert.equal(outcome.status, 0, outcome.stderr);
      assert.deepEqual(made(outcome)[0]?.["by"], { identity, issuer });
      const { status, stdout } = await at.verify(identity, at.image);
      assert.equal(status, 0, stdout);
    }
    assert.equal((await at.verify("mallory@example.com", at.image)).status, 12);
    assert.match((await at.sign({}, "--identity-token", at.path("token"), at.image)).stdout, /identity +file@example\.com \(https:/);
  });

  for (const [formats, rekor] of [
    [["bundle"], 2],
    [["bundle"], 1],
    [["cosign-legacy"], 1],
    [["bundle", "cosign-legacy"], 1],
  ] as const) {
    it(`writes ${formats.join(" and ")} with the entry of a log of version ${rekor}`, async (t) => {
      const at = await location(t, { rekor });
      const outcome = await at.sign(
        {},
        "--identity-token",
        tokenOf(alice),
        "--format",
        formats.join(","),
        "-a",
        "a=b",
        "-o",
        "json",
        at.image,
      );
      assert.equal(outcome.status, 0, outcome.stderr);
      assert.deepEqual(
        made(outcome).map(({ format, logged }) => [format, Array.isArray(logged) && logged.length]),
        formats.map((format) => [format, 1]),
      );
      assert.equal(at.authority.lines.length, 1);
      const { status, stdout } = await at.verify(alice, "-a", "a=b", "-o", "json", at.image);
      assert.equal(status, 0, stdout);
      const { findings } = JSON.parse(stdout);
      assert.deepEqual(
        findings.map(({ format, checks }: { format: string; checks: { outcome: string }[] }) => [
          format,
          checks.every((check) => check.outcome === "passed"),
        ]),
        formats.map((format) => [format, true]),
      );
    });
  }

  it("covers every image of an index and every reference with one certificate", async (t) => {
    const at = await location(t);
    const multi = at.repository(`${at.address}/multi`);
    await putIndex(multi, [await putImage(multi, "amd64"), await putImage(multi, "arm64")], "1");
    const references = [at.image, `${at.address}/multi:1`];
    const { status, stderr } = await at.sign({}, "--identity-token", tokenOf(alice), "-r", ...references);
    assert.equal(status, 0, stderr);
    assert.deepEqual(at.authority.lines, ["POST /api/v2/signingCert"]);
    assert.equal(at.log.lines.length, 4);
    assert.equal(at.stamps.lines.length, 4);
    assert.equal((await at.verify(alice, "-r", ...references)).status, 0);
  });

  it("works for a layout folder", async (t) => {
    const at = await location(t);
    const layout = `oci:${at.path("layout")}`;
    await putImage(at.repository(layout), "x", "1");
    const { status, stderr } = await at.sign({}, "--identity-token", tokenOf(alice), `${layout}:1`);
    assert.equal(status, 0, stderr);
    assert.equal((await at.verify(alice, `${layout}:1`)).status, 0);
  });
});

describe("sign with a key and services", () => {
  it("logs and timestamps the signature, and requests no certificate", async (t) => {
    for (const [format, rekor] of [
      ["bundle", 2],
      ["cosign-legacy", 1],
    ] as const) {
      const at = await location(t, { rekor });
      const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
      await writeFile(at.path("k.key"), privateKey.export({ type: "pkcs8", format: "pem" }));
      await writeFile(at.path("k.pub"), publicKey.export({ type: "spki", format: "pem" }));
      const outcome = await at.sign({}, "--key", at.path("k.key"), "--format", format, "-o", "json", at.image);
      assert.equal(outcome.status, 0, outcome.stderr);
      const [signature] = made(outcome);
      assert.ok(Array.isArray(signature?.["logged"]) && signature["logged"].length === 1);
      assert.deepEqual([at.authority.lines.length, at.log.lines.length, at.stamps.lines.length], [0, 1, 1]);
      assert.equal((await at.run("verify", "--key", at.path("k.pub"), at.image)).status, 0);
      const again = await at.sign({}, "--key", at.path("k.key"), "--format", format, at.image);
      assert.match(again.stdout, /^already signed/, "a key signs once");
      assert.equal(at.log.lines.length, 1);
    }
  });
});

describe("keyless signing that fails", () => {
  it("is refused before any service is contacted: no token, or one that cannot be it", async (t) => {
    const at = await location(t);
    const now = Math.floor(testTime / 1000);
    const token = (claims: Readonly<Record<string, unknown>>) => ["--identity-token", tokenOf(alice, claims)];
    for (const [words, code, message, hint] of [
      [[], "IDENTITY_TOKEN_MISSING", /no identity token found: tried SIGSTORE_ID_TOKEN, GitHub/, /--identity-token.*--key/],
      [["--identity-token", at.path("nowhere")], "IDENTITY_TOKEN_MISSING", /neither a token nor a file/, /Give the token/],
      [token({ exp: now - 120 }), "IDENTITY_TOKEN_INVALID", /valid until/, /Get a new one just before/],
      [token({ nbf: now + 120 }), "IDENTITY_TOKEN_INVALID", /is valid from/, /this machine's clock/],
      [token({ aud: "others" }), "IDENTITY_TOKEN_INVALID", /the audience "others"; expected "sigstore"/, /audience sigstore/],
      [["--identity-token", "eyJhbGciOiJub25lIn0"], "IDENTITY_TOKEN_INVALID", /expected three parts/, /Get a new identity token/],
    ] as const) {
      assertFailed(await at.sign({}, ...words, at.image), { status: 31, code, message, hint });
    }
    assert.deepEqual([...at.authority.lines, ...at.log.lines, ...at.stamps.lines], []);
    await assertUnsigned(at);
  });

  it("is refused, and nothing is written: a trusted root, or a signing config, that is none or names others", async (t) => {
    const at = await location(t);
    const others = await location(t);
    const token = ["--identity-token", tokenOf(alice)];
    for (const [name, text, status, code, message] of [
      ["trusted_root.json", "{", 32, "MALFORMED", /trusted_root\.json/],
      ["trusted_root.json", others.trustedRoot, 12, "CERTIFICATE_UNTRUSTED", /answer of 127/],
      ["signing_config.json", "{", 32, "MALFORMED", /signing_config\.json/],
      [
        "signing_config.json",
        '{"mediaType":"application/vnd.dev.sigstore.signingconfig.v0.2+json"}',
        2,
        "SERVICE_MISSING",
        /no certificate/,
      ],
    ] as const) {
      const before = await readFile(at.path(name));
      await writeFile(at.path(name), text);
      assertFailed(await at.sign({}, ...token, at.image), { status, code, message, hint: /./ });
      await writeFile(at.path(name), before);
    }
    assert.deepEqual([...at.log.lines, ...at.stamps.lines], []);
    await assertUnsigned(at);
  });

  it("is refused before any service is contacted: services that give no verified time", async (t) => {
    const at = await location(t);
    await writeFile(at.path("signing_config.json"), JSON.stringify({ ...JSON.parse(at.signingConfig), tsaUrls: [] }));
    const outcome = await at.sign({}, "--identity-token", tokenOf(alice), at.image);
    assertFailed(outcome, {
      status: 2,
      code: "SERVICE_MISSING",
      message: /a short-lived certificate needs a timestamp/,
      hint: /Name a timestamp authority/,
    });
    assert.deepEqual([...at.authority.lines, ...at.log.lines], []);
    await assertUnsigned(at);
  });

  it("is refused before any service is contacted: a log whose entries cosign's layers cannot carry", async (t) => {
    const at = await location(t);
    for (const words of [
      ["--identity-token", tokenOf(alice)],
      ["--key", at.path("k.key")],
    ]) {
      const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
      await writeFile(at.path("k.key"), privateKey.export({ type: "pkcs8", format: "pem" }));
      const outcome = await at.sign({}, ...words, "--format", "bundle,cosign-legacy", at.image);
      const message = /names a log that gives no promise/;
      assertFailed(outcome, { status: 32, code: "UNSUPPORTED", message, hint: /Sign in the format bundle/ });
    }
    assert.deepEqual([...at.authority.lines, ...at.log.lines, ...at.stamps.lines], []);
    await assertUnsigned(at);
  });
});

describe("a failing service", () => {
  const other = { token: tokenOf("mallory@example.com") };
  const strangersKey = generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export({ type: "spki", format: "pem" });
  const behind = (minutes: number) => ({ clock: () => testTime - minutes * 60_000 });
  for (const [what, options, status, code, message] of [
    [
      "a certificate for another key",
      { fulcio: { mishear: (asked) => ({ ...asked, publicKey: strangersKey }) } },
      12,
      "CERTIFICATE_INVALID",
      /for another key than ours/,
    ],
    [
      "a certificate for somebody else",
      { fulcio: { mishear: (asked) => ({ ...asked, ...other }) } },
      12,
      "IDENTITY_MISMATCH",
      /a certificate "mallory@example\.com", expected "alice@/,
    ],
    ["a timestamp of a clock that is far off", { stamps: behind(10) }, 12, "TIMESTAMP_INVALID", /one of the clocks is wrong/],
    [
      "a timestamp from before the certificate",
      { stamps: behind(3) },
      12,
      "CERTIFICATE_INVALID",
      /it says .* and the certificate is valid from/,
    ],
    [
      "a log's time from before the certificate",
      { rekor: 1, log: { clock: behind(3).clock } },
      12,
      "CERTIFICATE_INVALID",
      /it says .* and the certificate is valid from/,
    ],
  ] as readonly (readonly [string, SigningServicesOptions, number, string, RegExp])[]) {
    it(`is reported, and nothing is written: ${what}`, async (t) => {
      const at = await location(t, options);
      const outcome = await at.sign({}, "--identity-token", tokenOf(alice), at.image);
      assertFailed(outcome, { status, code, message, hint: /trusted root and the signing configuration belong together/ });
      await assertUnsigned(at);
    });
  }

  for (const rekor of [1, 2] as const) {
    it(`is reported, and nothing is written: a log of version ${rekor} that answers with the entry of another signature`, async (t) => {
      const at = await location(t, { rekor });
      const others = await putImage(at.repository(`${at.address}/other`), "y", "1");
      const kept = Promise.withResolvers<ScriptedAnswer | undefined>();
      at.log.on({
        [at.keeping.name]: async (...asked) => {
          kept.resolve(await at.keeping.usual(...asked));
          return kept.promise;
        },
      });
      for (const [reference, status] of [
        [`${at.address}/other@${others.digest}`, 0],
        [at.image, 12],
      ] as const) {
        const outcome = await at.sign({}, "--identity-token", tokenOf(alice), reference);
        assert.equal(outcome.status, status, outcome.stderr);
        if (status === 12) assertFailed(outcome, { status, code: "LOG_ENTRY_INVALID", message: /another/, hint: /belong together/ });
      }
      await assertUnsigned(at);
    });

    it(`is survived: a log of version ${rekor} whose first answer was lost says that it holds the signature already`, async (t) => {
      const at = await location(t, { rekor });
      at.log.on({
        [at.keeping.name]: [
          async (...asked) => {
            await at.keeping.usual(...asked);
            return { status: 503, headers: { "retry-after": "0" } };
          },
          at.keeping.usual,
        ],
      });
      const { status, stderr } = await at.sign({}, "--identity-token", tokenOf(alice), at.image);
      assert.equal(status, 0, stderr);
      assert.equal((await at.verify(alice, at.image)).status, 0);
    });
  }

  it("is reported, and nothing is written: a log that says it holds the signature already, as the entry of another", async (t) => {
    const at = await location(t);
    at.log.on({ [at.keeping.name]: { status: 409, headers: { "x-log-index": "1" } } });
    const outcome = await at.sign({}, "--identity-token", tokenOf(alice), at.image);
    assertFailed(outcome, { status: 32, code: "MALFORMED", message: /entry 1 of 127/, hint: /what wrote the document/ });
    await assertUnsigned(at);
  });

  for (const [what, answer, times] of [
    ["is busy whenever it is asked", { status: 503, headers: { "retry-after": "0" } }, 4],
    ["will be busy for ten minutes more", { status: 503, headers: { "retry-after": "600" } }, 1],
    ["is broken", { status: 500, headers: { "retry-after": "600" }, body: "<html>" }, 1],
  ] as const) {
    it(`is reported, and nothing is written: a log that ${what}`, async (t) => {
      const at = await location(t);
      at.log.on({ [at.keeping.name]: answer });
      const outcome = await at.sign({}, "--identity-token", tokenOf(alice), at.image);
      assertFailed(outcome, {
        status: 30,
        code: "SERVICE_UNAVAILABLE",
        message: /cannot keep the signature now: status 50/,
        hint: /Try again later/,
      });
      assert.equal(at.log.lines.length, times);
      await assertUnsigned(at);
    });
  }

  it("is reported, and nothing is written: a log that never answers", async (t) => {
    const at = await location(t);
    at.log.on({ [at.keeping.name]: () => undefined });
    const outcome = await at.sign({}, "--identity-token", tokenOf(alice), "--timeout", "500ms", at.image);
    assertFailed(outcome, { status: 30, code: "TIMEOUT", message: /not done within 500ms/, hint: /--timeout allows more/ });
    await assertUnsigned(at);
  });

  it("is reported once for all references; an error of one reference is reported for that one", async (t) => {
    const at = await location(t);
    const token = ["--identity-token", tokenOf(alice)];
    const alone = await at.sign({}, ...token, at.image, `${at.address}/app:2`);
    assert.equal(alone.status, 11, alone.stderr);
    assert.match(alone.stderr, /^error: .*app has no image "2"\nhint: .*\ncode: NO_SUCH_IMAGE/m);
    assert.match(alone.stdout, /^signed {2}/);
    at.authority.on({ "POST /api/v2/signingCert": refuse(400, "no") });
    const all = await at.sign({}, ...token, at.image, `${at.address}/app:1`);
    assertFailed(all, {
      status: 30,
      code: "SERVICE_REFUSED",
      message: /refuses to issue a certificate/,
      hint: /Read the message of the service/,
    });
    assert.equal(all.stderr.match(/^error:/gm)?.length, 1);
  });
});
