/**
 * Fulcio's API, version 2 (sigstore/fulcio, `fulcio.proto`):
 *
 *     POST /api/v2/signingCert  {"credentials":{"oidcIdentityToken"},
 *                                "publicKeyRequest":{"publicKey":{"algorithm","content":PEM},"proofOfPossession":BASE64}}
 *     200  {"signedCertificateEmbeddedSct" | "signedCertificateDetachedSct":{"chain":{"certificates":[PEM,…]}}}
 *
 * and, for a server that does not know it, version 1 (`fulcio_legacy.proto`):
 *
 *     POST /api/v1/signingCert  Authorization: Bearer TOKEN
 *                               {"publicKey":{"algorithm","content":BASE64 of DER},"signedEmailAddress":BASE64}
 *     201  PEM of the whole chain
 *
 * Signing configs call both version 1. Only the leaf of the chain is used: the trusted root has its issuers.
 */
import { encodeUtf8, toBase64 } from "../../../core/bytes.ts";
import { malformed, TouchmarkError } from "../../../core/errors.ts";
import { encodePem, parsePem } from "../../../core/asn1/pem.ts";
import type { PublicKey } from "../../../core/keys/public-key.ts";
import { parseCertificate, type Certificate } from "../../../core/x509/certificate.ts";
import type { HttpResponse } from "../../../net/http.ts";
import { printableHost } from "../../../core/printable.ts";
import { answerFields, askService, jsonBody, serviceRefusal, urlOf, type ServiceClient } from "../ask.ts";
import { serviceLimits } from "../limits.ts";

/** The requester's identity, and the proof of possession of the key. */
export interface Possession {
  readonly token: string;
  readonly publicKey: PublicKey;
  /** A signature over the challenge claim of the token. */
  readonly proof: Uint8Array;
}

const algorithms: Readonly<Record<string, string>> = { ec: "ECDSA", ed25519: "ED25519", rsa: "RSA_PSS", "rsa-pss": "RSA_PSS" };

/** Requests the certificate, which is not verified yet. Throws IDENTITY_TOKEN_INVALID, SERVICE_REFUSED, SERVICE_UNAVAILABLE or MALFORMED. */
export async function askFulcio(service: string, possession: Possession, client: ServiceClient): Promise<Certificate> {
  const { token, publicKey, proof } = possession;
  const url = urlOf(service, "api/v2/signingCert");
  const key = { algorithm: algorithms[publicKey.key.asymmetricKeyType ?? ""], content: encodePem("PUBLIC KEY", publicKey.spki) };
  const publicKeyRequest = { publicKey: key, proofOfPossession: toBase64(proof) };
  const question = jsonBody({ credentials: { oidcIdentityToken: token }, publicKeyRequest });
  const answer = await askService({ method: "POST", url, ...question, maxBytes: serviceLimits.certificateBytes }, client);
  if (answer.status === 404) return askVersion1(service, possession, client);
  expectCertificate(answer);
  const fields = answerFields(answer, serviceLimits.certificateBytes);
  const signed = fields.optionalFields("signedCertificateEmbeddedSct") ?? fields.fields("signedCertificateDetachedSct");
  const [first] = signed.fields("chain").list("certificates", serviceLimits.certificateChain);
  return readLeaf(encodeUtf8(typeof first === "string" ? first : ""), answer);
}

async function askVersion1(service: string, { token, publicKey, proof }: Possession, client: ServiceClient): Promise<Certificate> {
  const url = urlOf(service, "api/v1/signingCert");
  const key = { algorithm: (publicKey.key.asymmetricKeyType ?? "").replace("ec", "ecdsa"), content: toBase64(publicKey.spki) };
  const { headers, body } = jsonBody({ publicKey: key, signedEmailAddress: toBase64(proof) });
  const answer = await askService(
    {
      method: "POST",
      url,
      headers: { ...headers, accept: "application/pem-certificate-chain", authorization: `Bearer ${token}` },
      body,
      maxBytes: serviceLimits.certificateBytes,
    },
    client,
  );
  expectCertificate(answer);
  return readLeaf(answer.body, answer);
}

/** Fulcio reports a refused token only in its message, with the status of any other bad request. */
function expectCertificate(answer: HttpResponse): void {
  if (answer.status === 200 || answer.status === 201) return;
  const error = serviceRefusal(answer, "issue a certificate");
  const isToken = answer.status === 401 || answer.status === 403 || /\(.*(?:identity token|credentials)/.test(error.message);
  throw isToken ? new TouchmarkError("IDENTITY_TOKEN_INVALID", error.message) : error;
}

function readLeaf(pem: Uint8Array, { url }: HttpResponse): Certificate {
  const what = `the answer of ${printableHost(url)}`;
  const [leaf, ...others] = parsePem(pem, what);
  if (others.length >= serviceLimits.certificateChain)
    throw new TouchmarkError("LIMIT_EXCEEDED", `${what} has a chain of more than ${serviceLimits.certificateChain} certificates`);
  if (leaf?.label !== "CERTIFICATE") throw malformed(`${what} holds no certificate`);
  return parseCertificate(leaf.bytes, `the certificate in ${what}`);
}
