/**
 * Requests the verification material of a signature, which stays valid after its certificate expires: log entries and timestamps.
 * All requests are concurrent; if one fails, all fail and the others are aborted.
 */
import { TouchmarkError } from "../../core/errors.ts";
import { formatInstant, type Instant } from "../../core/instant.ts";
import type { LogUpload, VerificationMaterial } from "../../core/verification-material.ts";
import { parseCertificate, type Certificate } from "../../core/x509/certificate.ts";
import { printableHost } from "../../core/printable.ts";
import type { LoggedSignature } from "../../verification/logged-signature.ts";
import type { SelectedServices } from "../../trust/select-services.ts";
import type { TrustedRoot } from "../../trust/trusted-root.ts";
import { wrongAnswer } from "./accepted.ts";
import { urlOf, type ServiceClient } from "./ask.ts";
import { askLog, provesTime } from "./log/ask-log.ts";
import { checkDeferrable, checkLoggable } from "./log/deferred.ts";
import { requestTimestamp } from "./timestamp/request-timestamp.ts";

export interface MaterialRequest {
  readonly logged: LoggedSignature;
  /** The bytes that timestamps are over, if not the signature itself. */
  readonly timestamped?: Uint8Array | undefined;
  readonly services: Pick<SelectedServices, "logs" | "timestampAuthorities">;
  /** The trusted root that verifies every response. */
  readonly root: TrustedRoot;
  /** The current time, by default the system clock's. */
  readonly logUpload?: LogUpload;
}

/**
 * Requests the verification material of all services; logs that are deferred are named in it instead. Throws SERVICE_MISSING for a
 * certificate without a service that verifies its time of use, CERTIFICATE_INVALID if a verified time is outside the certificate's validity, or what the first failed service throws.
 */
export async function requestMaterial(
  { logged, timestamped = logged.signature, services, root, logUpload = "now" }: MaterialRequest,
  client: ServiceClient,
): Promise<VerificationMaterial> {
  const { verifier } = logged;
  const logs = logUpload === "now" ? services.logs : [];
  if (logUpload === "later") {
    checkDeferrable(services, verifier.kind);
    checkLoggable(logged, services.logs);
  }
  if (verifier.kind === "certificate") checkTimed({ logs, timestampAuthorities: services.timestampAuthorities });
  const certificate = verifier.kind === "certificate" ? parseCertificate(verifier.certificate) : undefined;
  const failed = new AbortController();
  const all = { ...client, signal: AbortSignal.any([client.signal, failed.signal]) };
  try {
    const [entries, timestamps] = await Promise.all([
      Promise.all(
        logs.map(async (log) => {
          const { entry, integratedTime } = await askLog({ log, logged, logs: root.logs }, all);
          if (integratedTime !== undefined) checkTime(integratedTime, certificate, log.url);
          return entry;
        }),
      ),
      Promise.all(
        services.timestampAuthorities.map(async ({ url }) => {
          const { timestamp, at } = await requestTimestamp(
            { service: url, message: timestamped, authorities: root.timestampAuthorities },
            all,
          );
          checkTime(at, certificate, url);
          return timestamp;
        }),
      ),
    ]);
    const pending = logUpload === "later" ? { pending: services.logs.map(({ url }) => url) } : {};
    return { ...(certificate && { certificate: certificate.raw }), entries, timestamps, ...pending };
  } catch (error) {
    failed.abort();
    throw error;
  }
}

/** Throws SERVICE_MISSING if none of the services verifies the time at which a certificate is used. */
export function checkTimed({ logs, timestampAuthorities }: MaterialRequest["services"]): void {
  if (timestampAuthorities.length > 0 || logs.some(provesTime)) return;
  throw new TouchmarkError("SERVICE_MISSING", "a short-lived certificate needs a timestamp: these logs do not prove the time of an entry", {
    hint: "Name a timestamp authority in the signing configuration.",
  });
}

/** Checks that every verified time is within the certificate's validity, since verifiers would refuse it later. */
function checkTime(at: Instant, certificate: Certificate | undefined, service: string): void {
  if (certificate === undefined || (certificate.notBefore <= at && at <= certificate.notAfter)) return;
  const validity = `${formatInstant(certificate.notBefore)} to ${formatInstant(certificate.notAfter)}`;
  const why = `it says ${formatInstant(at)}, and the certificate is valid from ${validity}`;
  throw wrongAnswer("CERTIFICATE_INVALID", printableHost(urlOf(service)), why);
}
