/**
 * The signer that has no key to guard: a key of the moment, a certificate for it in the name that an identity token says,
 * and logs and timestamp authorities that saw the signature. The key never leaves this process's memory.
 */
import { generateKeyPairSync } from "node:crypto";
import { TouchmarkError } from "../../core/errors.ts";
import { publicKeyOf } from "../../core/keys/public-key.ts";
import type { LogUpload } from "../../core/verification-material.ts";
import type { Signer } from "../../core/signer.ts";
import type { Certificate } from "../../core/x509/certificate.ts";
import type { SelectedServices } from "../../trust/select-services.ts";
import type { TrustedRoot } from "../../trust/trusted-root.ts";
import type { Asker } from "../services/ask.ts";
import type { ExpectedIdentity } from "../services/certificate/check-certificate.ts";
import { requestCertificate } from "../services/certificate/request-certificate.ts";
import { checkDeferrable } from "../services/log/deferred.ts";
import { checkTimed, requestMaterial } from "../services/request-material.ts";
import type { IdentityToken } from "./identity/identity-token.ts";

export interface KeylessOptions {
  readonly token: Promise<IdentityToken>;
  readonly services: Promise<SelectedServices>;
  /** What every answer of a service must be proven by. */
  readonly root: Promise<TrustedRoot>;
  /** Now unless said otherwise. */
  readonly logUpload?: LogUpload;
  /** Asked once, before anything is published in the token's name; throws where that is not wanted. */
  readonly consent: (token: IdentityToken, services: SelectedServices) => Promise<void>;
  readonly http: Asker["http"];
  readonly clock: Asker["clock"];
}

export interface KeylessSigner extends Signer {
  /**
   * Gets the certificate: one for all that is signed, asked for once. Throws SERVICE_MISSING where the services have no certificate
   * authority, and what the token, the services and the consent throw.
   */
  certify(signal: AbortSignal): Promise<Certificate>;
}

/** Describing waits for nothing; signing throws what certifying does and what sealing does. */
export function keylessSigner({ token, services, root, logUpload = "now", consent, ...asker }: KeylessOptions): KeylessSigner {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const publicKey = publicKeyOf(privateKey, "the key of the moment");
  let requested: Promise<Certificate> | undefined;

  function certify(signal: AbortSignal): Promise<Certificate> {
    requested ??= request(signal);
    return requested;
  }

  async function request(signal: AbortSignal): Promise<Certificate> {
    const [who, chosen] = await Promise.all([token, services]);
    const authority = chosen.certificateAuthority;
    if (!authority) throw new TouchmarkError("SERVICE_MISSING", "the signing config names no certificate authority");
    if (logUpload === "later") checkDeferrable(chosen, "certificate");
    else checkTimed(chosen);
    await consent(who, chosen);
    const question = { service: authority.url, token: who.reveal(), challenge: who.challenge, privateKey, root };
    return requestCertificate({ ...question, identity: expectedIdentity(who) }, { ...asker, signal });
  }

  return {
    certify,
    describe: async () => ({ publicKey }),
    async sign({ bytes, content }, signal) {
      if (!content) throw new TouchmarkError("CERTIFICATE_REQUIRED", "a signature that no log keeps needs a certificate that lasts");
      const signature = publicKey.algorithm.signs.sign(privateKey, bytes);
      const { raw } = await certify(signal);
      const logged = { signature, content, verifier: { kind: "certificate", certificate: raw } } as const;
      const material = await requestMaterial({ logged, services: await services, root: await root, logUpload }, { ...asker, signal });
      return { signature, by: { publicKey }, material };
    },
  };
}

/** What the token lets one say beforehand of the certificate: an e-mail address or a SPIFFE ID stands in it as it is. */
function expectedIdentity({ claims, subject, challenge }: IdentityToken): ExpectedIdentity {
  if (subject.startsWith("spiffe://")) return { subjectAlternativeName: subject };
  return claims.has("email") && challenge !== subject ? { subjectAlternativeName: challenge } : {};
}
