/** Requests a short-lived certificate for an ephemeral key and the identity of a token. */
import type { KeyObject } from "node:crypto";
import { encodeUtf8 } from "../../../core/bytes.ts";
import { publicKeyOf } from "../../../core/keys/public-key.ts";
import type { Certificate } from "../../../core/x509/certificate.ts";
import { printableHost } from "../../../core/printable.ts";
import type { TrustedRoot } from "../../../trust/trusted-root.ts";
import { urlOf, type ServiceClient } from "../ask.ts";
import { checkCertificate, type ExpectedIdentity } from "./check-certificate.ts";
import { askFulcio } from "./fulcio.ts";

export interface CertificateRequest {
  /** The URL of the authority. */
  readonly service: string;
  /** The ID token, a secret: it is sent only to the authority. */
  readonly token: string;
  /** The token's challenge claim for the authority: an e-mail address or its subject. */
  readonly challenge: string;
  /** The private key, which is not sent. */
  readonly privateKey: KeyObject;
  /** The identity that the certificate must have. */
  readonly identity?: ExpectedIdentity;
  /** The trusted root that must verify the certificate; it may still be read while the authority responds. */
  readonly root: TrustedRoot | Promise<TrustedRoot>;
}

/**
 * Returns a verified certificate of a trusted authority, for this key and identity. Throws IDENTITY_TOKEN_INVALID for a token
 * that is refused, SERVICE_REFUSED, SERVICE_UNAVAILABLE, what is wrong with the certificate, or as HttpClient does.
 */
export async function requestCertificate(request: CertificateRequest, client: ServiceClient): Promise<Certificate> {
  const { service, token, challenge, privateKey, root } = request;
  const publicKey = publicKeyOf(privateKey, "the ephemeral key");
  const proof = publicKey.algorithm.signs.sign(privateKey, encodeUtf8(challenge));
  const certificate = await askFulcio(service, { token, publicKey, proof }, client);
  await checkCertificate(certificate, { ...request, root: await root, publicKey, who: printableHost(urlOf(service)), at: client.clock() });
  return certificate;
}
