/** Our clients of certificate, log and timestamp services against the real ones: what they give is what our own proofs accept. */
import assert from "node:assert/strict";
import { generateKeyPairSync, sign } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { TouchmarkError } from "../../src/core/errors.ts";
import { certificateIdentity } from "../../src/core/x509/certificate-identity.ts";
import { createHttpClient } from "../../src/net/http-client.ts";
import type { LoggedSignature } from "../../src/proof/logged-signature.ts";
import type { Asker } from "../../src/signers/services/ask.ts";
import { requestCertificate } from "../../src/signers/services/certificate/request-certificate.ts";
import { logInRekorV2 } from "../../src/signers/services/log/rekor-v2.ts";
import { seal } from "../../src/signers/services/seal.ts";
import { selectServices, type SelectedServices } from "../../src/trust/select-services.ts";
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

  const asker = (): Asker => ({ http: createHttpClient(), clock: Date.now, signal: AbortSignal.timeout(60_000) });

  async function signWithCertificate(message: Uint8Array): Promise<LoggedSignature> {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const certificate = await requestCertificate(
      {
        service: services.certificateAuthority?.url ?? "",
        token: sigstore.identities.token(someone),
        challenge: someone,
        privateKey,
        identity: { subjectAlternativeName: someone, issuer: sigstore.identities.origin },
        root: sigstore.root,
      },
      asker(),
    );
    assert.equal(certificateIdentity(certificate).subjectAlternativeName, someone);
    return {
      signature: sign("sha256", message, privateKey),
      content: { kind: "message", message },
      verifier: { kind: "certificate", certificate: certificate.raw },
    };
  }

  test("gives a certificate, a log entry and a timestamp", async () => {
    const logged = await signWithCertificate(Buffer.from("signed"));
    const { certificate, entries, timestamps } = await seal({ logged, services, root: sigstore.root }, asker());
    assert.ok(certificate);
    assert.deepEqual([entries.length, timestamps.length], [1, 1]);
    assert.equal(entries[0]?.kindVersion.kind, "hashedrekord");
  });

  test("proves from its tiles what it held already", async () => {
    const logged = await signWithCertificate(Buffer.from("signed twice"));
    const request = { service: services.logs[0]?.url ?? "", logged, logs: sigstore.root.logs };
    const first = await logInRekorV2(request, asker());
    const again = await logInRekorV2(request, asker());
    assert.equal(again.entry.logIndex, first.entry.logIndex);
    assert.equal(again.entry.canonicalizedBody, first.entry.canonicalizedBody);
  });

  test("refuses a token that nobody signed, and a proof of another key", async () => {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const service = services.certificateAuthority?.url ?? "";
    const token = sigstore.identities.token(someone);
    const forged = `${token.slice(0, -8)}AAAAAAAA`;
    const ask = (more: Partial<Parameters<typeof requestCertificate>[0]>) =>
      requestCertificate({ service, token, challenge: someone, privateKey, root: sigstore.root, ...more }, asker());
    const refused = (codes: readonly string[]) => (error: unknown) =>
      error instanceof TouchmarkError && codes.includes(error.code) && !error.message.includes(token.slice(0, 40));
    await assert.rejects(ask({ token: forged }), refused(["IDENTITY_TOKEN_INVALID"]));
    await assert.rejects(ask({ challenge: "somebody-else@example.com" }), refused(["SERVICE_REFUSED"]));
  });
});
