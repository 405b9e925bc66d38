/** End-to-end tests against OpenSSL's own responder and its own lists. */
import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { suite, test, type TestContext } from "node:test";
import { scriptedServer } from "../../../test/fakes/scripted-registry.ts";
import { programTime } from "../../../test/fakes/wall-clock.ts";
import type { Facts } from "../../core/facts/facts.ts";
import { encodeOcspRequest } from "../../core/x509/ocsp-request.ts";
import { encodePem } from "../../core/asn1/pem.ts";
import type { Certificate } from "../../core/x509/certificate.ts";
import { extensions, makeCertificate, makeKey } from "../../core/x509/fixture.test.ts";
import { revocable } from "../../core/x509/revocation-fixture.test.ts";
import { verifyRevocation } from "../../verification/verify-revocation.ts";
import type { RevocationStatus } from "../../verification/revocation-status.ts";
import { factGatherer } from "./gather-facts.ts";

const skip = spawnSync("openssl", ["version"]).status === 0 ? false : "needs openssl";
const key = makeKey();
const ca = makeCertificate({ subject: "ca", key, extensions: [extensions.authority(), extensions.keyCertSign] });
const leaf = (extension: Uint8Array) => makeCertificate({ issuer: "ca", signedBy: key.privateKey, extensions: [extension] });

/** OpenSSL's database: state, end of validity, revocation with its reason, serial number, file, subject. */
const good = "V\t271231000000Z\t\t07\tunknown\t/CN=leaf\n";
const revoked = "R\t271231000000Z\t260501000000Z,keyCompromise\t07\tunknown\t/CN=leaf\n";
const compromised = "R\t271231000000Z\t260501000000Z,keyTime,20260401000000Z\t07\tunknown\t/CN=leaf\n";

async function authority(t: TestContext, index: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "touchmark-openssl-"));
  t.after(() => rm(folder, { recursive: true }));
  const config = "[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\ncrlnumber=number\ndefault_md=sha256\ndefault_crl_days=1\n";
  const files = { "index.txt": index, number: "05\n", "ca.cnf": config, "ca.pem": encodePem("CERTIFICATE", ca.raw) };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  await writeFile(join(folder, "ca.key"), key.privateKey.export({ format: "pem", type: "pkcs8" }));
  return folder;
}

/** Fetches facts as the engine does, until nothing more is needed. */
async function status(certificate: Certificate, signedAt?: number): Promise<RevocationStatus> {
  const gather = factGatherer({ allowPrivate: true, clock: programTime });
  let facts: Facts = new Map();
  for (let rounds = 0; ; rounds++) {
    const question = { chain: [certificate, ca], facts, at: programTime(), ...(signedAt !== undefined && { signedAt }) };
    const { status: found } = await verifyRevocation(question);
    if (found.outcome !== "undecided" || found.needs.length === 0 || rounds === 3) return found;
    facts = new Map([...facts, ...(await gather(found.needs, AbortSignal.timeout(20_000)))]);
  }
}

suite("OpenSSL's responder", { skip }, () => {
  async function respond(t: TestContext, index: string): Promise<string> {
    const signer = ["-rsigner", "ca.pem", "-rkey", "ca.key"];
    const responder = spawn("openssl", ["ocsp", "-port", "0", "-index", "index.txt", "-CA", "ca.pem", ...signer, "-nmin", "60"], {
      cwd: await authority(t, index),
      stdio: ["ignore", "pipe", "ignore"],
    });
    t.after(async () => {
      const ended = once(responder, "exit");
      responder.kill("SIGKILL");
      await ended;
    });
    for await (const line of createInterface(responder.stdout)) {
      const [, port] = /^ACCEPT .*:(\d+)/.exec(line) ?? [];
      if (port !== undefined) return `http://127.0.0.1:${port}`;
    }
    throw new Error("the responder did not start");
  }

  test("accepts our requests", async (t) => {
    const cwd = await authority(t, good);
    const certificate = leaf(revocable.ocsp("http://ocsp.example"));
    await writeFile(join(cwd, "leaf.pem"), encodePem("CERTIFICATE", certificate.raw));
    execFileSync("openssl", ["ocsp", "-sha1", "-no_nonce", "-issuer", "ca.pem", "-cert", "leaf.pem", "-reqout", "request"], { cwd });
    assert.deepEqual(await readFile(join(cwd, "request")), Buffer.from(encodeOcspRequest(certificate, ca)));
  });

  test("gives good, revoked or unknown", async (t) => {
    const found = await status(leaf(revocable.ocsp(await respond(t, good))));
    assert.equal(found.outcome, "passed", found.detail);
    const other = await status(leaf(revocable.ocsp(await respond(t, revoked))));
    assert.ok(other.outcome === "failed", other.detail);
    assert.match(other.detail, /was revoked at 2026-05-01T00:00:00Z/);
    const none = await status(leaf(revocable.ocsp(await respond(t, ""))));
    assert.equal(none.outcome, "undecided");
    assert.match(none.detail, /does not know the certificate/);
  });
});

suite("OpenSSL's lists", { skip }, () => {
  async function publish(t: TestContext, index: string): Promise<Certificate> {
    const cwd = await authority(t, index);
    const signer = ["-keyfile", "ca.key", "-cert", "ca.pem"];
    execFileSync("openssl", ["ca", "-config", "ca.cnf", "-gencrl", ...signer, "-out", "list.pem"], { cwd, stdio: "ignore" });
    execFileSync("openssl", ["crl", "-in", "list.pem", "-outform", "DER", "-out", "list.crl"], { cwd });
    const server = await scriptedServer(t, { "GET /list": { body: await readFile(join(cwd, "list.crl")) } });
    return leaf(revocable.crl(`${server.origin}/list`));
  }

  test("give revoked certificates with their invalidity date", async (t) => {
    assert.equal((await status(await publish(t, good))).outcome, "passed");
    assert.equal((await status(await publish(t, revoked), Date.UTC(2026, 2, 1))).outcome, "failed");
    const certificate = await publish(t, compromised);
    assert.equal((await status(certificate)).outcome, "failed");
    assert.equal((await status(certificate, Date.UTC(2026, 3, 1))).outcome, "failed");
    assert.equal((await status(certificate, Date.UTC(2026, 2, 31))).outcome, "passed");
  });
});
