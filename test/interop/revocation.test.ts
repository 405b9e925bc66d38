/** Certificates that can be revoked: what an authority says by a list or by OCSP, both tools take in the same way. */
import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Certificate } from "../../src/core/x509/certificate.ts";
import { extensions, makeCertificate, makeKey } from "../../src/core/x509/fixture.test.ts";
import { makeCrl, makeOcspResponse, revocable, type CrlShape } from "../../src/core/x509/revocation-fixture.test.ts";
import { day, pem, writeTrustFolder } from "../fakes/notary.ts";
import { scriptedServer } from "../fakes/scripted-registry.ts";
import { tsaFake } from "../fakes/tsa.ts";
import { pushImage, serveRegistry } from "./harness/crane.ts";
import { listen, type Listening } from "./harness/listen.ts";
import * as notation from "./harness/notation.ts";
import type { Running } from "./harness/server.ts";
import * as touchmark from "./harness/touchmark.ts";

const authority = makeKey();
const validity = { notBefore: Date.now() - day, notAfter: Date.now() + day };
const root = makeCertificate({ subject: "ca", key: authority, ...validity, extensions: [extensions.authority(), extensions.keyCertSign] });
const period = { thisUpdate: Date.now() - day / 2, nextUpdate: Date.now() + day / 2 };
const past = { thisUpdate: Date.now() - day, nextUpdate: Date.now() - day / 2 };
const at = Date.now() - day / 4;

type Answer = Uint8Array | undefined;
const list = (shape: Partial<Parameters<typeof makeCrl>[0]> = {}): Answer =>
  makeCrl({ signedBy: authority.privateKey, ...period, ...shape });
const ocsp = (certificate: Certificate, shape: Partial<Parameters<typeof makeOcspResponse>[0]> = {}): Answer =>
  makeOcspResponse({ certificate, issuer: root, signedBy: authority.privateKey, ...period, ...shape });

interface Case {
  readonly list?: () => Answer;
  readonly ocsp?: (certificate: Certificate) => Answer;
  /** Of touchmark; notation has one status for whatever it refuses. */
  readonly status: number;
}

/** What the authority's server answers; undefined is that it has no answer. */
const cases: Readonly<Record<string, Case>> = {
  "a list without it": { list: () => list(), status: 0 },
  "a list with it": { list: () => list({ entries: [{ serial: 7, at, reason: 1 }] }), status: 21 },
  "a list with another": { list: () => list({ entries: [{ serial: 8, at }] }), status: 0 },
  "a list that has run out": { list: () => list(past), status: 32 },
  "a list by somebody else": { list: () => list({ signedBy: makeKey().privateKey }), status: 32 },
  "no list": { list: () => undefined, status: 30 },
  "OCSP: good": { ocsp: (certificate) => ocsp(certificate), status: 0 },
  "OCSP: revoked": { ocsp: (certificate) => ocsp(certificate, { status: { at, reason: 1 } }), status: 21 },
  "OCSP: unknown, and no list": { ocsp: (certificate) => ocsp(certificate, { status: "unknown" }), status: 32 },
  "no OCSP, and a list without it": { ocsp: () => undefined, list: () => list(), status: 0 },
  "no OCSP, and a list with it": { ocsp: () => undefined, list: () => list({ entries: [{ serial: 7, at }] }), status: 21 },
};

describe("revocation", { concurrency: 2 }, () => {
  let folder: string;
  let registry: Running;
  let server: Listening;
  const answers = new Map<string, Answer>();
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "touchmark-revocation-"));
    registry = await serveRegistry();
    server = await listen(
      createServer((request, response) => {
        // A request for OCSP may go on in the path.
        const [, answer] = [...answers].find(([path]) => request.url?.startsWith(path)) ?? [];
        const type = request.url?.includes("/ocsp/") ? "application/ocsp-response" : "application/pkix-crl";
        request.resume();
        if (answer) response.writeHead(200, { "content-type": type }).end(answer);
        else response.writeHead(404).end();
      }),
    );
  });
  after(async () => {
    await server.stop();
    await registry.stop();
    await rm(folder, { recursive: true });
  });

  /** Makes the folder, and in it leaf.key and leaf.pem, its chain. */
  async function certify(config: string, more: readonly Uint8Array[] = []): Promise<Certificate> {
    const key = makeKey();
    const leaf = makeCertificate({
      subject: "leaf",
      issuer: "ca",
      key,
      signedBy: authority.privateKey,
      ...validity,
      extensions: [extensions.digitalSignature, ...more],
    });
    await mkdir(config);
    await writeFile(join(config, "leaf.key"), key.privateKey.export({ type: "pkcs8", format: "pem" }));
    await writeFile(join(config, "leaf.pem"), pem(leaf) + pem(root));
    return leaf;
  }

  for (const [i, [what, given]] of Object.entries(cases).entries()) {
    test(what, async () => {
      const config = join(folder, String(i));
      const urls = { ocsp: `${server.origin}/ocsp/${i}/`, list: `${server.origin}/list/${i}/` };
      const leaf = await certify(config, [
        ...(given.ocsp ? [revocable.ocsp(urls.ocsp)] : []),
        ...(given.list ? [revocable.crl(urls.list)] : []),
      ]);
      answers.set(`/ocsp/${i}/`, given.ocsp?.(leaf)).set(`/list/${i}/`, given.list?.());
      await writeTrustFolder(config, { statements: [{ trustedIdentities: ["*"] }], stores: { "ca/acme": [root] } });
      await notation.listKeys(config, config, ["leaf"]);

      const image = await pushImage(`127.0.0.1:${registry.said}/app/${i}:1`);
      await notation.sign(image, config, "leaf");
      const theirs = await notation.verify(image, config);
      assert.equal(theirs.status === 0, given.status === 0, theirs.stderr);
      const ours = await touchmark.verifyBy(image, ["--notation-config", config, "--revocation-allow-private"]);
      assert.equal(ours.status, given.status, ours.stdout + ours.stderr);
    });
  }

  const stamps: Readonly<Record<string, { readonly entries?: CrlShape["entries"]; readonly status: number }>> = {
    "whose timestamp's authority was not revoked": { entries: [], status: 0 },
    "whose timestamp's authority was revoked": { entries: [{ serial: 7, at, reason: 1 }], status: 21 },
    "whose timestamp's authority may have been revoked": { status: 30 },
  };
  for (const [i, [what, { entries, status }]] of Object.entries(stamps).entries()) {
    test(`${what}, by a trust policy that does without the signer's revocation`, async (t) => {
      const config = join(folder, `stamps${i}`);
      const url = `/list/stamps${i}/`;
      const { script, authority: tsa, rootKey } = tsaFake({ clock: Date.now, extensions: [revocable.crl(`${server.origin}${url}`)] });
      answers.set(url, entries && makeCrl({ issuer: "stamps", signedBy: rootKey, ...period, entries }));
      const stamping = await scriptedServer(t, script);
      await certify(config);
      const of = (name: string): string => join(config, name);
      const statement = {
        signatureVerification: { level: "strict", override: { revocation: "skip" } },
        trustStores: ["ca:acme", "tsa:stamps"],
        trustedIdentities: ["*"],
      };
      await writeTrustFolder(config, { statements: [statement], stores: { "ca/acme": [root], "tsa/stamps": tsa.chain.slice(-1) } });
      await writeFile(of("stamps.crt"), tsa.chain.map(pem).join(""));
      const image = await pushImage(`127.0.0.1:${registry.said}/stamps/${i}:1`);
      const stamp = ["--timestamp-url", `${stamping.origin}/api/v1/timestamp`, "--timestamp-root", of("stamps.crt")];
      await touchmark.signAs(image, ["--format", "notation", "--key", of("leaf.key"), "--certificate-chain", of("leaf.pem"), ...stamp]);
      const theirs = await notation.verify(image, config);
      assert.equal(theirs.status === 0, status === 0, theirs.stderr);
      const ours = await touchmark.verifyBy(image, ["--notation-config", config, "--revocation-allow-private"]);
      assert.equal(ours.status, status, ours.stdout + ours.stderr);
    });
  }
});
