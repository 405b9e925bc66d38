import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmod, cp, mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { suite, test, type TestContext } from "node:test";
import { corpusPath, skipWithout } from "../../../test/fakes/corpora.ts";
import { encodePem } from "../../core/asn1/pem.ts";
import { extensions, makeDer, makeKey } from "../../core/x509/fixture.test.ts";
import type { StoreType } from "../../trust/notation/trust-policy.ts";
import { readBlobTrustPolicy, readTrustStores, readOciTrustPolicy } from "./trust-folder.ts";
import { readTrustStore } from "./trust-store.ts";

const { signal } = new AbortController();
const root = makeDer({ subject: "root", extensions: [extensions.authority(), extensions.keyCertSign] });
const selfSigned = makeDer({ subject: "self", extensions: [extensions.digitalSignature] });
const issued = makeDer({ subject: "leaf", issuer: "root", signedBy: makeKey().privateKey });
const intermediate = makeDer({ subject: "ca", issuer: "root", signedBy: makeKey().privateKey, extensions: [extensions.authority()] });
const pem = (...certificates: readonly Uint8Array[]) => certificates.map((der) => encodePem("CERTIFICATE", der)).join("");

async function folder(t: TestContext, files: Readonly<Record<string, Uint8Array | string>>): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "touchmark-notation-"));
  t.after(() => rm(path, { recursive: true }));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(path, name)), { recursive: true });
    await writeFile(join(path, name), content);
  }
  return path;
}
const store = (path: string, type: StoreType = "ca") => readTrustStore({ type, name: "acme" }, path, signal);
const subjects = async (path: string, type?: StoreType) => (await store(path, type)).map(({ subject }) => subject.text);
const at = "truststore/x509/ca/acme";

suite("trust stores", () => {
  test("hold certificates in PEM and DER, several in a file, with any file extension", async (t) => {
    const path = await folder(t, {
      [`${at}/a.crt`]: root,
      [`${at}/b.pem`]: `# ours\n${pem(selfSigned, intermediate)}`,
      [`${at}/c`]: Buffer.concat([root, intermediate]),
    });
    assert.deepEqual(await subjects(path), ["CN=root", "CN=self", "CN=ca", "CN=root", "CN=ca"]);
  });

  const refused: Readonly<Record<string, Uint8Array | string>> = {
    "a leaf that another signed": pem(issued),
    "a leaf beside a root": pem(root, issued),
    "a key": encodePem("PRIVATE KEY", root),
    "a key beside a root": pem(root) + encodePem("PRIVATE KEY", root),
    "an empty file": "",
    "other text": "certificate",
    "a certificate with bytes after its end": Buffer.concat([root, Buffer.of(0)]),
    "a PEM block without an end": pem(root).replace(/-----END.*/, ""),
  };
  for (const [name, content] of Object.entries(refused)) {
    test(`refuse ${name}`, async (t) => {
      const path = await folder(t, { [`${at}/a.pem`]: pem(root), [`${at}/b.pem`]: content });
      await assert.rejects(store(path), { code: "MALFORMED" });
    });
  }

  test("of timestamp authorities hold only roots", async (t) => {
    const tsa = "truststore/x509/tsa/acme/a.pem";
    assert.deepEqual(await subjects(await folder(t, { [tsa]: pem(root) }), "tsa"), ["CN=root"]);
    for (const content of [selfSigned, intermediate, issued]) {
      await assert.rejects(store(await folder(t, { [tsa]: content }), "tsa"), { code: "MALFORMED", message: /which is not a root/ });
    }
  });

  test("are refused if they contain or are a folder or a symbolic link", async (t) => {
    const inside = await folder(t, { [`${at}/a.pem`]: pem(root), [`${at}/sub/b.pem`]: pem(root) });
    await assert.rejects(store(inside), { code: "MALFORMED", message: /not a plain file/ });
    const linked = await folder(t, { [`${at}/a.pem`]: pem(root) });
    await symlink("a.pem", join(linked, at, "b.pem"));
    await assert.rejects(store(linked), { code: "MALFORMED", message: /symbolic links are not followed/ });
    const link = await folder(t, { [`${at}/a.pem`]: pem(root) });
    await rename(join(link, at), join(link, "elsewhere"));
    await symlink(join(link, "elsewhere"), join(link, at));
    await assert.rejects(store(link), { code: "MALFORMED", message: /not a plain folder/ });
    const dangling = await folder(t, { [`${at}/a.pem`]: pem(root) });
    await symlink("nowhere", join(dangling, at, "b.pem"));
    await assert.rejects(store(dangling), { code: "MALFORMED" });
  });

  test("a pipe is refused without waiting for it", { skip: process.platform === "win32" && "needs mkfifo" }, async (t) => {
    const path = await folder(t, { [`${at}/a.pem`]: pem(root) });
    execFileSync("mkfifo", [join(path, at, "b.pem")]);
    await assert.rejects(store(path), { code: "MALFORMED" });
  });

  test("are refused if they are missing, empty, too large or unreadable", async (t) => {
    await assert.rejects(store(await folder(t, {})), { code: "FILE_NOT_FOUND", message: /no such folder/ });
    const empty = await folder(t, {});
    await mkdir(join(empty, at), { recursive: true });
    await assert.rejects(store(empty), { code: "MALFORMED", message: /no certificate/ });
    await assert.rejects(store(await folder(t, { [`${at}/a`]: new Uint8Array(256 * 1024 + 1) })), { code: "LIMIT_EXCEEDED" });
    if (process.getuid?.() !== 0 && process.platform !== "win32") {
      const locked = await folder(t, { [`${at}/a.pem`]: pem(root) });
      await chmod(join(locked, at, "a.pem"), 0);
      await assert.rejects(store(locked), { code: "FILE_NOT_FOUND", message: /cannot be read/ });
    }
  });

  test("the signal aborts the read", async (t) => {
    const path = await folder(t, { [`${at}/a.pem`]: pem(root) });
    await assert.rejects(readTrustStore({ type: "ca", name: "acme" }, path, AbortSignal.abort()), { code: "INTERRUPTED" });
  });
});

suite("notation's folder", () => {
  const policy = (name: string, selector: object) =>
    JSON.stringify({
      version: "1.0",
      trustPolicies: [
        {
          name,
          ...selector,
          signatureVerification: { level: "strict", verifyTimestamp: "afterCertExpiry" },
          trustStores: ["ca:acme", "tsa:acme"],
          trustedIdentities: ["*"],
        },
      ],
    });
  const scopes = { registryScopes: ["*"] };

  test("the new file name of the policy takes precedence over the old one", async (t) => {
    const nameIn = async (files: Readonly<Record<string, string>>) => (await readOciTrustPolicy(await folder(t, files), signal))[0]?.name;
    assert.equal(await nameIn({ "trustpolicy.json": policy("old", scopes) }), "old");
    assert.equal(await nameIn({ "trustpolicy.json": policy("old", scopes), "trustpolicy.oci.json": policy("new", scopes) }), "new");
    await assert.rejects(nameIn({ "trustpolicy.json": policy("old", scopes), "trustpolicy.oci.json": "{}" }), { code: "MALFORMED" });
    await assert.rejects(nameIn({ "trustpolicy.blob.json": policy("old", scopes) }), { code: "FILE_NOT_FOUND" });
  });

  test("a policy that is a symbolic link is refused; the old file name is not tried", async (t) => {
    const path = await folder(t, { "trustpolicy.json": policy("old", scopes) });
    await symlink("trustpolicy.json", join(path, "trustpolicy.oci.json"));
    await assert.rejects(readOciTrustPolicy(path, signal), { code: "MALFORMED" });
  });

  test("has a policy for files", async (t) => {
    const path = await folder(t, { "trustpolicy.blob.json": policy("files", { globalPolicy: true }) });
    assert.equal((await readBlobTrustPolicy(path, signal))[0]?.isGlobal, true);
    await assert.rejects(readBlobTrustPolicy(await folder(t, {}), signal), { code: "FILE_NOT_FOUND" });
  });

  test("a statement's trust is all of its stores, or none", async (t) => {
    const path = await folder(t, {
      "trustpolicy.json": policy("acme", scopes),
      "truststore/x509/ca/acme/a.pem": pem(root),
      "truststore/x509/tsa/acme/a.pem": pem(root),
    });
    const [statement] = await readOciTrustPolicy(path, signal);
    assert.ok(statement);
    const { ca, signingAuthority, tsa } = await readTrustStores(statement, path, signal);
    assert.deepEqual(
      [ca, signingAuthority, tsa].map((certificates) => certificates.map(({ name }) => name)),
      [["ca:acme"], [], ["tsa:acme"]],
    );
    await rm(join(path, "truststore/x509/tsa"), { recursive: true });
    await assert.rejects(readTrustStores(statement, path, signal), { code: "FILE_NOT_FOUND" });
  });
});

const corpus = corpusPath("notation-verifier/truststore");
const skip = skipWithout("notation-verifier");

suite("trust stores of notation's own tests", { skip }, () => {
  const cases: readonly (readonly [StoreType, string, number | string])[] = [
    ["ca", "valid-trust-store", 6],
    ["ca", "valid-trust-store-2", 2],
    ["ca", "valid-trust-store-self-signed", 1],
    ["ca", "trust-store-with-invalid-certs", "MALFORMED"],
    ["ca", "trust-store-with-leaf-certs", "MALFORMED"],
    ["ca", "trust-store-with-leaf-certs-in-single-file", "MALFORMED"],
    ["ca", "valid-trust-store_SYMLINK", "MALFORMED"],
    ["signingAuthority", "valid-trust-store", 3],
    ["tsa", "test-timestamp", 1],
    ["tsa", "test-mismatch", 1],
    ["tsa", "test-nonCA", "MALFORMED"],
    ["tsa", "test-nonSelfIssued", "MALFORMED"],
  ];
  for (const [type, name, expected] of cases) {
    test(`${type}:${name}: ${typeof expected === "number" ? `${expected} certificates` : "is refused"}`, async (t) => {
      const path = await folder(t, {});
      await cp(corpus, join(path, "truststore"), { recursive: true });
      const read = readTrustStore({ type, name }, path, signal);
      if (typeof expected === "number") assert.equal((await read).length, expected);
      else await assert.rejects(read, { code: expected });
    });
  }

  test("stores that contain folders or links are refused", async (t) => {
    const path = await folder(t, {});
    for (const name of ["trust-store-with-directories", "trust-store-with-cert-symlinks"]) {
      await cp(join(corpus, "x509", name), join(path, "truststore/x509/ca", name), { recursive: true });
      await assert.rejects(readTrustStore({ type: "ca", name }, path, signal), { code: "MALFORMED" });
    }
  });
});
