/**
 * A fake Fulcio as a script for a server on loopback: `@sigstore/mock` makes certificates and SCTs. As strict as Fulcio: without a proof of
 * possession of the key there is no certificate. The identity is the token's `email`, or else its subject; every token is accepted.
 */
import { createPublicKey, generateKeyPairSync, sign, verify, type KeyObject } from "node:crypto";
import { parseDer } from "../../src/core/asn1/der.ts";
import type { Instant } from "../../src/core/instant.ts";
import { encodePem } from "../../src/core/asn1/pem.ts";
import { publicKeyOf } from "../../src/core/keys/public-key.ts";
import { parseCertificate } from "../../src/core/x509/certificate.ts";
import { bitString, certificateTime, sequence } from "../../src/core/x509/fixture.test.ts";
import type { TrustedRoot } from "../../src/trust/trusted-root.ts";
import { testClock } from "./clock.ts";
import type { Script, ScriptedAnswer } from "./scripted-registry.ts";
import { mockFulcio } from "./sigstore-mock.ts";

export interface FulcioFake {
  readonly script: Script;
  readonly trusted: Pick<TrustedRoot, "certificateAuthorities" | "certificateLogs">;
}

export interface FulcioOptions {
  /** `testClock` by default; the root is valid a day around the first time. */
  readonly clock?: () => Instant;
  /** Changes the request as the fake understands it: another key, another token. */
  readonly mishear?: (asked: Asked) => Asked;
}

export interface Asked {
  readonly token: string;
  /** PEM. */
  readonly publicKey: string;
}

const day = 24 * 60 * 60_000;

export const issuer = "https://issuer.example";

/** An unsigned token of the issuer. */
export function tokenOf(email: string, more: Readonly<Record<string, unknown>> = {}): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "RS256" })}.${part({ iss: issuer, aud: "sigstore", sub: "subject", email, ...more })}.${"c2lnbmF0dXJl".repeat(8)}`;
}

export async function fulcioFake({ clock = testClock, mishear = (asked) => asked }: FulcioOptions = {}): Promise<FulcioFake> {
  const keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const ctLog = await mockFulcio.initializeCTLog(keys, new Date(clock()));
  const ca = await mockFulcio.initializeCA(keys, ctLog, new Date(clock()));
  const root = redated(ca.rootCertificate, keys.privateKey, clock());

  async function issue(asked: Asked, key: KeyObject, proof: string): Promise<ScriptedAnswer> {
    const claims = claimsOf(asked.token);
    if (!verify("sha256", Buffer.from(String(claims["email"] ?? claims["sub"])), key, Buffer.from(proof, "base64"))) {
      return refuse(400, "The signature supplied in the request could not be verified");
    }
    const { token, publicKey } = mishear(asked);
    const heard = { credentials: { oidcIdentityToken: token }, publicKeyRequest: { publicKey: { content: publicKey } } };
    const subjectClaim = claimsOf(token)["email"] === undefined ? "sub" : "email";
    const { statusCode, response } = await mockFulcio.fulcioHandler(ca, { subjectClaim }).fn(JSON.stringify(heard));
    const answer = JSON.parse(response);
    answer.signedCertificateEmbeddedSct.chain.certificates.splice(-1, 1, encodePem("CERTIFICATE", root));
    return { status: statusCode, body: JSON.stringify(answer) };
  }

  const logKey = publicKeyOf(keys.publicKey, "the certificate log's key");
  const operator = "fulcio.example";
  return {
    script: {
      "POST /api/v2/signingCert": async ({ body }) => {
        const { credentials, publicKeyRequest } = JSON.parse(Buffer.from(body).toString());
        const pem: string = publicKeyRequest.publicKey.content;
        const asked = { token: String(credentials.oidcIdentityToken), publicKey: pem };
        return issue(asked, createPublicKey(pem), publicKeyRequest.proofOfPossession);
      },
      "POST /api/v1/signingCert": async ({ body, headers }) => {
        const { publicKey, signedEmailAddress } = JSON.parse(Buffer.from(body).toString());
        const key = createPublicKey({ key: Buffer.from(publicKey.content, "base64"), format: "der", type: "spki" });
        const token = headers.authorization?.replace(/^Bearer /, "") ?? "";
        const answer = await issue({ token, publicKey: key.export({ format: "pem", type: "spki" }) }, key, signedEmailAddress);
        const { signedCertificateEmbeddedSct } = JSON.parse(String(answer.body));
        return { status: 201, body: signedCertificateEmbeddedSct.chain.certificates.join("") };
      },
    },
    trusted: {
      certificateAuthorities: [{ name: "https://fulcio.example", operator, chain: [parseCertificate(root)], validFor: { start: 0 } }],
      certificateLogs: [{ name: "https://ct.example", id: logKey.fingerprint, operator, publicKey: logKey, validFor: { start: 0 } }],
    },
  };
}

/** The mock's root with a validity around this time: the mock uses the wall clock, and has no other option. */
function redated(certificate: Uint8Array, key: KeyObject, at: Instant): Uint8Array {
  const [tbs, algorithm] = parseDer(certificate, "root").children;
  if (!tbs || !algorithm) throw new Error("the mock's root is no certificate");
  const validity = sequence(certificateTime(at - day), certificateTime(at + day));
  const changed = sequence(...tbs.children.map(({ raw }, i) => (i === 4 ? validity : raw)));
  return sequence(changed, algorithm.raw, bitString(sign("sha384", changed, key)));
}

export function refuse(status: number, message: string): ScriptedAnswer {
  return { status, body: JSON.stringify({ code: 3, message, details: [] }) };
}

function claimsOf(token: string): Readonly<Record<string, unknown>> {
  return JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
}
