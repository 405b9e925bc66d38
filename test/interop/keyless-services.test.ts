/** Our clients of certificate, log and timestamp services against the real ones: what they give is what our own proofs accept. */
import assert from "node:assert/strict";
import { generateKeyPairSync, sign } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { toBase64 } from "../../src/core/bytes.ts";
import { preAuthEncoding } from "../../src/core/envelopes/dsse.ts";
import { TouchmarkError } from "../../src/core/errors.ts";
import { hash } from "../../src/core/keys/hash.ts";
import { publicKeyOf } from "../../src/core/keys/public-key.ts";
import type { VerificationMaterial } from "../../src/core/verification-material.ts";
import { certificateIdentity } from "../../src/core/x509/certificate-identity.ts";
import { createHttpClient } from "../../src/net/http-client.ts";
import type { LoggedSignature } from "../../src/verification/logged-signature.ts";
import type { ServiceClient } from "../../src/signers/services/ask.ts";
import { requestCertificate } from "../../src/signers/services/certificate/request-certificate.ts";
import { logInRekorV2 } from "../../src/signers/services/log/rekor-v2.ts";
import { requestMaterial } from "../../src/signers/services/request-material.ts";
import { selectServices, type SelectedServices } from "../../src/trust/select-services.ts";
import * as cosign from "./harness/cosign.ts";
import { forward, listen } from "./harness/listen.ts";
import { startPrivateSigstore, type PrivateSigstore } from "./harness/private-sigstore.ts";

const someone = "someone@example.com";

describe("a private sigstore", () => {
  let folder: string;
  let sigstore: PrivateSigstore;
  let services: SelectedServices;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "touchmark-sigstore-"));
    sigstore = await startPrivateSigstore(folder);
    services = selectServices(sigstore.config, Date.now());
  });
  after(async () => {
    await sigstore.stop();
    await rm(folder, { recursive: true });
  });

  const client = (): ServiceClient => ({ http: createHttpClient(), clock: Date.now, signal: AbortSignal.timeout(60_000) });

  async function signWithCertificate(message: Uint8Array, authority = services.certificateAuthority?.url): Promise<LoggedSignature> {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const certificate = await requestCertificate(
      {
        service: authority ?? "",
        token: sigstore.identities.token(someone),
        challenge: someone,
        privateKey,
        identity: { subjectAlternativeName: someone, issuer: sigstore.identities.origin },
        root: sigstore.root,
      },
      client(),
    );
    assert.equal(certificateIdentity(certificate).subjectAlternativeName, someone);
    return {
      signature: sign("sha256", message, privateKey),
      content: { kind: "message", message },
      verifier: { kind: "certificate", certificate: certificate.raw },
    };
  }

  test("seals a signature so that cosign accepts it for whoever signed, and for nobody else", async () => {
    const message = Buffer.from("signed");
    const logged = await signWithCertificate(message);
    const material = await requestMaterial({ logged, services, root: sigstore.root }, client());
    const files = { blob: join(folder, "blob"), bundle: join(folder, "bundle.json") };
    await Promise.all([writeFile(files.blob, message), writeFile(files.bundle, bundleOf(logged, material))]);
    const verify = (identity: string) =>
      cosign.verifyBlob(files.blob, files.bundle, sigstore.files.trustedRoot, identity, sigstore.identities.origin);
    const { status, stderr } = await verify(someone);
    assert.equal(status, 0, stderr);
    assert.notEqual((await verify("mallory@example.com")).status, 0);
  });

  for (const [name, keys, algorithm] of [
    ["P-384", generateKeyPairSync("ec", { namedCurve: "P-384" }), "sha384"],
    ["P-521", generateKeyPairSync("ec", { namedCurve: "P-521" }), "sha512"],
    ["RSA", generateKeyPairSync("rsa", { modulusLength: 3072 }), "sha256"],
  ] as const) {
    test(`keeps an envelope signed with a key of ${name}`, async () => {
      const [payloadType, payload] = ["application/vnd.in-toto+json", Buffer.from(name)];
      const logged: LoggedSignature = {
        signature: sign(algorithm, preAuthEncoding(payloadType, payload), keys.privateKey),
        content: { kind: "envelope", payloadType, payload },
        verifier: { kind: "key", key: publicKeyOf(keys.publicKey, name) },
      };
      const { entries, timestamps } = await requestMaterial({ logged, services, root: sigstore.root }, client());
      assert.deepEqual([entries.length, timestamps.length], [1, 1]);
    });
  }

  test("gives a certificate by the first version of the API too", async (t) => {
    const front = await listen(
      createServer((incoming, response) => {
        if (incoming.url === "/api/v2/signingCert") response.writeHead(404).end();
        else forward(incoming, response, new URL(services.certificateAuthority?.url ?? "").port);
      }),
    );
    t.after(front.stop);
    await signWithCertificate(Buffer.from("signed"), front.origin);
  });

  test("proves from its tiles what it held already", async () => {
    const logged = await signWithCertificate(Buffer.from("signed twice"));
    const request = { service: services.logs[0]?.url ?? "", logged, logs: sigstore.root.logs };
    const first = await logInRekorV2(request, client());
    const again = await logInRekorV2(request, client());
    assert.equal(again.entry.logIndex, first.entry.logIndex);
    assert.equal(again.entry.canonicalizedBody, first.entry.canonicalizedBody);
  });

  test("refuses a token that nobody signed, and a proof of another key", async () => {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const service = services.certificateAuthority?.url ?? "";
    const token = sigstore.identities.token(someone);
    const forged = `${token.slice(0, -8)}AAAAAAAA`;
    const ask = (more: Partial<Parameters<typeof requestCertificate>[0]>) =>
      requestCertificate({ service, token, challenge: someone, privateKey, root: sigstore.root, ...more }, client());
    const refused = (codes: readonly string[]) => (error: unknown) =>
      error instanceof TouchmarkError && codes.includes(error.code) && !error.message.includes(token.slice(0, 40));
    await assert.rejects(ask({ token: forged }), refused(["IDENTITY_TOKEN_INVALID"]));
    await assert.rejects(ask({ challenge: "somebody-else@example.com" }), refused(["SERVICE_REFUSED"]));
  });
});

function bundleOf({ signature, content }: LoggedSignature, { certificate, entries, timestamps }: VerificationMaterial): string {
  assert.ok(certificate && content.kind === "message");
  return JSON.stringify({
    mediaType: "application/vnd.dev.sigstore.bundle.v0.3+json",
    verificationMaterial: {
      certificate: { rawBytes: toBase64(certificate) },
      tlogEntries: entries,
      timestampVerificationData: { rfc3161Timestamps: timestamps.map((timestamp) => ({ signedTimestamp: toBase64(timestamp) })) },
    },
    messageSignature: {
      messageDigest: { algorithm: "SHA2_256", digest: toBase64(hash("sha256", content.message)) },
      signature: toBase64(signature),
    },
  });
}
