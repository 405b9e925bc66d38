/**
 * The keyless signer: an ephemeral key, a short-lived certificate for the identity of a token, and the log entries and
 * timestamps of its signatures. The key never leaves this process's memory.
 */
import { generateKeyPairSync } from "node:crypto";
import { memoise } from "../../core/async/memoise.ts";
import { TouchmarkError } from "../../core/errors.ts";
import { publicKeyOf } from "../../core/keys/public-key.ts";
import type { LogUpload } from "../../core/verification-material.ts";
import type { Signer } from "../../core/signer.ts";
import type { Certificate } from "../../core/x509/certificate.ts";
import type { SelectedServices } from "../../trust/select-services.ts";
import type { TrustedRoot } from "../../trust/trusted-root.ts";
import type { ServiceClient } from "../services/ask.ts";
import type { ExpectedIdentity } from "../services/certificate/check-certificate.ts";
import { requestCertificate } from "../services/certificate/request-certificate.ts";
import { checkDeferrable } from "../services/log/deferred.ts";
import { checkTimed, requestMaterial } from "../services/request-material.ts";
import type { IdentityToken } from "./identity/identity-token.ts";

export interface KeylessOptions {
  /** Called whenever they are needed; the caller memoises them while they are valid. */
  readonly token: (signal: AbortSignal) => Promise<IdentityToken>;
  readonly services: (signal: AbortSignal) => Promise<SelectedServices>;
  /** The trusted root that verifies every response of a service. */
  readonly root: (signal: AbortSignal) => Promise<TrustedRoot>;
  /** The current time, by default the system clock's. */
  readonly logUpload?: LogUpload;
  /** Asks for consent before something is published for another identity than before; throws if it is refused. */
  readonly consent: (token: IdentityToken, services: SelectedServices) => Promise<void>;
  readonly http: ServiceClient["http"];
  readonly clock: ServiceClient["clock"];
}

export interface KeylessSigner extends Signer {
  /**
   * Gets the certificate: one for all signatures, until it expires soon; a failure is not memoised. Throws SERVICE_MISSING if
   * the services have no certificate authority, and what the token, the services and the consent throw.
   */
  certify(signal: AbortSignal): Promise<Certificate>;
}

/** Milliseconds before its expiry at which a certificate is replaced: the time that logs and timestamp authorities may take. */
const renewBefore = 60_000;

/** Describing waits for nothing; signing throws what certifying throws, and what the logs and timestamp authorities throw. */
export function keylessSigner({ token, services, root, logUpload = "now", consent, ...client }: KeylessOptions): KeylessSigner {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const publicKey = publicKeyOf(privateKey, "the ephemeral key");
  const certify = memoise(request, { until: ({ notAfter }) => notAfter - renewBefore, clock: client.clock });
  let consented: string | undefined;

  async function request(signal: AbortSignal): Promise<Certificate> {
    const [who, chosen] = await Promise.all([token(signal), services(signal)]);
    const authority = chosen.certificateAuthority;
    if (!authority) throw new TouchmarkError("SERVICE_MISSING", "the signing config names no certificate authority");
    if (logUpload === "later") checkDeferrable(chosen, "certificate");
    else checkTimed(chosen);
    const identity = JSON.stringify([who.issuer, who.subject, who.challenge]);
    if (identity !== consented) await consent(who, chosen);
    consented = identity;
    const question = { service: authority.url, token: who.reveal(), challenge: who.challenge, privateKey, root: root(signal) };
    return requestCertificate({ ...question, identity: expectedIdentity(who) }, { ...client, signal });
  }

  return {
    certify,
    describe: async () => ({ publicKey }),
    async sign({ bytes, content, timestamped }, signal) {
      if (!content) throw new TouchmarkError("CERTIFICATE_REQUIRED", "a signature that no log keeps needs a certificate that lasts");
      const signature = publicKey.algorithm.signs.sign(privateKey, bytes);
      const { raw } = await certify(signal);
      const logged = { signature, content, verifier: { kind: "certificate", certificate: raw } } as const;
      const [chosen, trusted] = await Promise.all([services(signal), root(signal)]);
      const asked = { logged, timestamped: timestamped?.(signature), services: chosen, root: trusted, logUpload };
      const material = await requestMaterial(asked, { ...client, signal });
      return { signature, by: { publicKey }, material };
    },
  };
}

/** Returns what the token states of the certificate in advance: an e-mail address or a SPIFFE ID is the same in both. */
function expectedIdentity({ claims, subject, challenge }: IdentityToken): ExpectedIdentity {
  if (subject.startsWith("spiffe://")) return { subjectAlternativeName: subject };
  return claims.has("email") && challenge !== subject ? { subjectAlternativeName: challenge } : {};
}
