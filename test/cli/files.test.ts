/** Signing and verifying files, as a person types it. */
import assert from "node:assert/strict";
import { createHash, createPublicKey, generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { chmod, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { describe, it, type TestContext } from "node:test";
import { encodeUtf8, streamOf, toBase64 } from "../../src/core/bytes.ts";
import { digestOf } from "../../src/core/digest.ts";
import { preAuthEncoding } from "../../src/core/envelopes/dsse.ts";
import { publicKeyOf, bundleHint } from "../../src/core/keys/public-key.ts";
import { statementPayloadType } from "../../src/core/statements/statement.ts";
import { bundleMediaType } from "../../src/formats/bundle/sigstore-bundle.ts";
import { instance, later, makeMessageBundle, workflow } from "../../src/formats/keyless-fixture.test.ts";
import { bench, type Bench, type Outcome } from "./harness.ts";
import { isVerdict } from "./is-verdict.ts";

const text = encodeUtf8("what is signed\n");
const digest = digestOf(text);
const newKey = (): KeyObject => generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;

interface Files extends Bench {
  /** With alice's key, into app.json. */
  sign(...words: readonly string[]): Promise<Outcome>;
  /** With alice's key, by app.json. */
  verify(...words: readonly string[]): Promise<Outcome>;
}

/** A folder with the file `app`, and the keys of alice and mallory. */
async function files(t: TestContext, alice: KeyObject = newKey()): Promise<Files> {
  const b = await bench(t);
  for (const [name, key] of Object.entries({ alice, mallory: newKey() })) {
    await writeFile(b.path(`${name}.key`), key.export({ type: "pkcs8", format: "pem" }));
    await writeFile(b.path(`${name}.pub`), createPublicKey(key).export({ type: "spki", format: "pem" }));
  }
  await writeFile(b.path("app"), text);
  const bundle = ["--bundle", b.path("app.json")];
  return {
    ...b,
    sign: (...words) => b.run("sign-blob", "--key", b.path("alice.key"), ...bundle, ...words),
    verify: (...words) => b.run("verify-blob", "--key", b.path("alice.pub"), ...bundle, ...words),
  };
}

describe("sign-blob and verify-blob", () => {
  it("let nobody read a signature file that nobody might read before it was replaced", async (t) => {
    if (process.platform === "win32") return t.skip("Windows has no modes");
    const { sign: signBlob, path } = await files(t);
    assert.equal((await signBlob(path("app"))).status, 0);
    assert.equal((await stat(path("app.json"))).mode & 0o777, 0o644);
    await chmod(path("app.json"), 0o600);
    assert.equal((await signBlob(path("app"))).status, 0);
    assert.equal((await stat(path("app.json"))).mode & 0o777, 0o600);
    return undefined;
  });

  it("sign a file and verify it, by itself and by its digest", async (t) => {
    const { sign: signBlob, verify, path } = await files(t);
    const signed = await signBlob(path("app"));
    assert.equal(signed.status, 0, signed.stderr);
    assert.match(
      signed.stdout,
      new RegExp(`^signed  .*app\n  digest     ${digest}\n  signature  bundle in .*app.json\n  key        sha256:`),
    );
    for (const file of [path("app"), digest]) {
      const { status, stdout } = await verify(file);
      assert.equal(status, 0, stdout);
      assert.match(stdout, new RegExp(`^allowed  ${file}\n  digest     ${digest}\n  evidence   bundle in file .*app.json by .*alice.pub`));
    }
  });

  for (const [name, key] of [
    ["ecdsa-p384", generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey],
    ["ecdsa-p521", generateKeyPairSync("ec", { namedCurve: "P-521" }).privateKey],
    ["rsa", generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey],
    ["ed25519", generateKeyPairSync("ed25519").privateKey],
  ] as const) {
    it(`verify a signature by ${name} with the file, and are undecided with its digest alone`, async (t) => {
      const { sign: signBlob, verify, path } = await files(t, key);
      assert.equal((await signBlob(path("app"))).status, 0);
      assert.equal((await verify(path("app"))).status, 0);
      const { status, stdout } = await verify(digest);
      assert.equal(status, 32, stdout);
      assert.match(
        stdout,
        new RegExp(`^undecided: UNSUPPORTED[\\s\\S]*a key of ${name} cannot be verified by digest: it needs the file itself`),
      );
    });
  }

  it("read what is piped in", async (t) => {
    const { runWith, path } = await files(t);
    const stdin = () => streamOf(text);
    const flags = ["--bundle", path("app.json"), "-o", "json"];
    const signed = await runWith({ stdin }, "sign-blob", "--key", path("alice.key"), ...flags, "-");
    const { reference, bundle, format, ...rest } = JSON.parse(signed.stdout);
    assert.deepEqual([reference, rest.digest, format, bundle], ["-", digest, "bundle", path("app.json")]);
    const verified = await runWith({ stdin }, "verify-blob", "--key", path("alice.pub"), ...flags, "-");
    assert.deepEqual(JSON.parse(verified.stdout).subject, { reference: "-", digest });
  });

  it("print the verdict of the published schema", async (t) => {
    const { sign: signBlob, verify, path } = await files(t);
    await signBlob(path("app"));
    await writeFile(path("other"), "other");
    for (const [file, decision] of [
      [path("app"), "allow"],
      [path("other"), "deny"],
    ] as const) {
      const verdict = JSON.parse((await verify("-o", "json", file)).stdout);
      assert.equal(isVerdict(verdict), true, JSON.stringify(isVerdict.errors));
      assert.equal(verdict.decision, decision);
      const [finding] = verdict.findings;
      assert.deepEqual(finding.location, { kind: "file", path: path("app.json") });
      assert.equal(finding.manifest, undefined);
      assert.equal(finding.layer, digestOf(await readFile(path("app.json"))));
    }
  });

  it("verify by identity", async (t) => {
    const { runWith, path } = await files(t);
    await writeFile(path("app.json"), JSON.stringify(makeMessageBundle(text)));
    await writeFile(path("root.json"), instance.trustedRoot);
    const verify = (identity: string, ...words: readonly string[]): Promise<Outcome> => {
      const who = ["--certificate-identity", identity, "--certificate-oidc-issuer", workflow.issuer];
      const flags = ["--trusted-root", path("root.json"), "--bundle", path("app.json")];
      return runWith({ now: () => later }, "verify-blob", ...who, ...flags, ...words);
    };
    for (const file of [path("app"), digest]) assert.equal((await verify(workflow.identity, file)).status, 0);
    const stranger = await verify("https://builds.example/other.yml", path("app"));
    assert.equal(stranger.status, 12);
    assert.match(stranger.stdout, /^refused: IDENTITY_MISMATCH/);
    await writeFile(path("other"), "other");
    assert.match((await verify(workflow.identity, path("other"))).stdout, /^refused: SUBJECT_MISMATCH/);
  });
});

describe("verify-blob", () => {
  const attestation = (key: KeyObject): string => {
    const payload = encodeUtf8(
      JSON.stringify({
        _type: "https://in-toto.io/Statement/v1",
        subject: [{ name: "app", digest: { sha256: digest.slice(7) } }],
        predicateType: "https://slsa.dev/provenance/v1",
        predicate: {},
      }),
    );
    const signature = sign("sha256", preAuthEncoding(statementPayloadType, payload), key);
    return JSON.stringify({
      mediaType: bundleMediaType,
      verificationMaterial: { publicKey: { hint: bundleHint(publicKeyOf(key, "alice")) } },
      dsseEnvelope: { payload: toBase64(payload), payloadType: statementPayloadType, signatures: [{ sig: toBase64(signature) }] },
    });
  };

  it("never takes an attestation for a signature", async (t) => {
    const key = newKey();
    const { verify, path } = await files(t, key);
    await writeFile(path("app.json"), attestation(key));
    const { status, stdout } = await verify(path("app"));
    assert.equal(status, 10);
    assert.match(stdout, /^refused: NO_SIGNATURE[\s\S]*no signature in file .*app.json \(1 attestation, which never counts as one\)/);
    assert.match(stdout, /to do +Name the file that holds its signature/);
  });

  it("refuses another key, another file, and a signature that was altered, each by its code", async (t) => {
    const { sign: signBlob, verify, run, path } = await files(t);
    await signBlob(path("app"));
    await writeFile(path("other"), "other");
    const stranger = await run("verify-blob", "--key", path("mallory.pub"), "--bundle", path("app.json"), path("app"));
    assert.deepEqual([stranger.status, /[A-Z_]+/.exec(stranger.stdout)?.[0]], [12, "KEY_MISMATCH"]);
    const moved = await verify(path("other"));
    assert.equal(moved.status, 12);
    assert.match(moved.stdout, new RegExp(`SUBJECT_MISMATCH[\\s\\S]*for ${digest}, not for sha256:`));

    const bundle = JSON.parse(await readFile(path("app.json"), "utf8"));
    const signature = Buffer.from(bundle.messageSignature.signature, "base64");
    signature.writeUInt8(signature.readUInt8(20) ^ 1, 20);
    bundle.messageSignature.signature = toBase64(signature);
    await writeFile(path("app.json"), JSON.stringify(bundle));
    const altered = await verify(path("app"));
    assert.match(altered.stdout, /^refused: SIGNATURE_INVALID/);

    bundle.messageSignature.messageDigest.digest = toBase64(Buffer.from(digestOf(encodeUtf8("other")).slice(7), "hex"));
    await writeFile(path("app.json"), JSON.stringify(bundle));
    assert.equal((await verify(path("other"))).status, 12, "a digest that was put in proves nothing");
  });

  it("does not need the bundle to say a digest, and takes one of another hash", async (t) => {
    const key = newKey();
    const { verify, path } = await files(t, key);
    const write = (messageDigest?: object): Promise<void> =>
      writeFile(
        path("app.json"),
        JSON.stringify({
          mediaType: bundleMediaType,
          verificationMaterial: { publicKey: { hint: "" } },
          messageSignature: { ...(messageDigest && { messageDigest }), signature: toBase64(sign("sha256", text, key)) },
        }),
      );
    const sha384 = createHash("sha384").update(text).digest("base64");
    for (const stated of [undefined, {}, { algorithm: "SHA2_384", digest: sha384 }]) {
      await write(stated);
      for (const file of [path("app"), digest]) assert.equal((await verify(file)).status, 0, JSON.stringify(stated));
    }
    await writeFile(path("other"), "other");
    assert.match((await verify(path("other"))).stdout, /SUBJECT_MISMATCH[\s\S]*for sha384:[0-9a-f]{96}, not for sha256:/);
    for (const [stated, code] of [
      [{ algorithm: "SHA2_384", digest: "AAAA" }, "MALFORMED_EVIDENCE"],
      [{ algorithm: "SHA2_256" }, "MALFORMED_EVIDENCE"],
      [{ algorithm: "MD5", digest: "AAAA" }, "UNSUPPORTED"],
    ] as const) {
      await write(stated);
      assert.match((await verify(path("app"))).stdout, new RegExp(`: ${code}  `));
    }
  });

  it("says what it cannot read", async (t) => {
    const { run, verify, sign: signBlob, path } = await files(t);
    await signBlob(path("app"));
    const withBundle = (name: string): Promise<Outcome> =>
      run("verify-blob", "--key", path("alice.pub"), "--bundle", path(name), path("app"));
    await writeFile(path("junk"), "no JSON");
    await writeFile(path("bare"), `${Buffer.alloc(71, 7).toString("base64")}\n`);
    await writeFile(path("large"), Buffer.alloc(33 * 1024 * 1024, 0x20));
    const cases: readonly (readonly [Promise<Outcome>, number, RegExp])[] = [
      [withBundle("gone"), 2, /^error: cannot read .*gone: there is no such file/],
      [withBundle("junk"), 12, /^refused: MALFORMED_EVIDENCE[\s\S]*bundle is not JSON/],
      [
        withBundle("bare"),
        12,
        /MALFORMED_EVIDENCE[\s\S]*warning: .*bare holds a signature in base64.*\nhint: Have the file signed into a bundle/,
      ],
      [withBundle("large"), 32, /^error: .*large has more than the 33554432 bytes it may have/],
      [withBundle("registry"), 2, /^error: cannot read .*registry: it is a folder/],
      [verify(path("gone")), 2, /^error: cannot read .*gone: there is no such file/],
      [verify(path("registry")), 2, /^error: cannot read .*registry: it is a folder/],
      [verify(digest.slice(0, -1)), 2, /^error: a digest is sha256: and 64 digits of lower-case hex/],
      [verify(digest.toUpperCase().replace("SHA256", "sha256")), 2, /^error: a digest is/],
      [verify("-", "-"), 2, /^error: unexpected argument "-"/],
      [run("verify-blob", "--key", path("alice.pub"), "--bundle", "-", "-"), 2, /^error: --bundle names a file; found "-"/],
      [run("verify-blob", "--key", path("alice.pub"), path("app")), 2, /^error: nothing says where the signature is/],
      [run("verify-blob", "--bundle", path("app.json"), path("app")), 2, /^error: nothing says whose signature is expected/],
    ];
    for (const [outcome, status, says] of cases) {
      const found = await outcome;
      assert.match(found.stdout + found.stderr, says);
      assert.equal(found.status, status, found.stderr);
    }
  });

  it("stops waiting for what is piped in when it is interrupted", async (t) => {
    const { runWith, sign: signBlob, path } = await files(t);
    await signBlob(path("app"));
    const stdin = async function* (signal: AbortSignal): AsyncGenerator<Uint8Array> {
      await new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(new Error("destroyed"))));
      yield text;
    };
    const { status, stderr } = await runWith(
      { stdin },
      "verify-blob",
      "--key",
      path("alice.pub"),
      "--bundle",
      path("app.json"),
      "--timeout",
      "20ms",
      "-",
    );
    assert.equal(status, 30);
    assert.match(stderr, /^error: not done within 20ms/);
  });
});

describe("sign-blob", () => {
  it("writes a bundle anew, and over no other file", async (t) => {
    const { sign: signBlob, verify, path, run } = await files(t);
    assert.equal((await signBlob(path("app"))).status, 0);
    await writeFile(path("app"), "changed");
    assert.equal((await signBlob(path("app"))).status, 0);
    assert.equal((await verify(path("app"))).status, 0);

    await symlink(path("app.json"), path("link"));
    for (const name of ["app", "alice.key", "registry", "link"]) {
      const { status, stderr } = await run("sign-blob", "--key", path("alice.key"), "--bundle", path(name), path("app"));
      assert.equal(status, 2, name);
      assert.match(stderr, /^error: .* exists already\nhint: .*only one is written anew/);
    }
    assert.equal(await readFile(path("app"), "utf8"), "changed");
    assert.deepEqual(
      (await readdir(path(""))).filter((name) => name.endsWith(".tmp")),
      [],
    );
  });

  it("writes nothing where it cannot sign", async (t) => {
    const { run, sign: signBlob, path } = await files(t);
    const to = ["--bundle", path("app.json")];
    const cases: readonly (readonly [Promise<Outcome>, number, RegExp])[] = [
      [signBlob(path("gone")), 2, /cannot read .*gone: there is no such file/],
      [run("sign-blob", "--key", path("gone.key"), ...to, path("app")), 2, /cannot read .*gone.key/],
      [run("sign-blob", "--key", path("alice.key"), path("app")), 2, /nothing says where the signature shall go/],
      [
        run("sign-blob", "--key", path("alice.key"), "--bundle", path("no/such/folder"), path("app")),
        2,
        /cannot write .*: there is no folder .*no\/such\nhint: /,
      ],
    ];
    for (const [outcome, status, says] of cases) {
      const found = await outcome;
      assert.match(found.stderr, says);
      assert.equal(found.status, status);
    }
    assert.ok(!(await readdir(path(""))).includes("app.json"));
  });
});
