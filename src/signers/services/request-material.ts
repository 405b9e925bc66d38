/**
 * What a signature is sealed with, so that it holds after its certificate has ended: entries of logs and timestamps. None of these
 * depends on another, so all are asked for at once; one that fails fails all, and the others are given up.
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
import { urlOf, type Asker } from "./ask.ts";
import { askLog, provesTime } from "./log/ask-log.ts";
import { checkDeferrable, checkLoggable } from "./log/deferred.ts";
import { requestTimestamp } from "./timestamp/request-timestamp.ts";

export interface MaterialRequest {
  readonly logged: LoggedSignature;
  readonly services: Pick<SelectedServices, "logs" | "timestampAuthorities">;
  /** What every answer must be proven by. */
  readonly root: TrustedRoot;
  /** Now unless said otherwise. */
  readonly logUpload?: LogUpload;
}

/**
 * Asks all of the services for their seals; logs that are to be asked later are named in them instead. Throws SERVICE_MISSING for a
 * certificate whose time of use nothing would prove, CERTIFICATE_INVALID where a time that was proven is not within the certificate's validity, or what the first service that fails does.
 */
export async function requestMaterial(
  { logged, services, root, logUpload = "now" }: MaterialRequest,
  asker: Asker,
): Promise<VerificationMaterial> {
  const { verifier, signature } = logged;
  const logs = logUpload === "now" ? services.logs : [];
  if (logUpload === "later") {
    checkDeferrable(services, verifier.kind);
    checkLoggable(logged, services.logs);
  }
  if (verifier.kind === "certificate") checkTimed({ logs, timestampAuthorities: services.timestampAuthorities });
  const certificate = verifier.kind === "certificate" ? parseCertificate(verifier.certificate) : undefined;
  const failed = new AbortController();
  const all = { ...asker, signal: AbortSignal.any([asker.signal, failed.signal]) };
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
            { service: url, stamped: signature, authorities: root.timestampAuthorities },
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

/** Throws SERVICE_MISSING for services none of which proves when a certificate was used. */
export function checkTimed({ logs, timestampAuthorities }: MaterialRequest["services"]): void {
  if (timestampAuthorities.length > 0 || logs.some(provesTime)) return;
  throw new TouchmarkError("SERVICE_MISSING", "nothing would prove when the certificate was used: the logs that are asked prove no time", {
    hint: "Name a timestamp authority in the signing configuration.",
  });
}

/** Every time that is proven will have to be within the certificate's validity: what would be refused later is refused now. */
function checkTime(at: Instant, certificate: Certificate | undefined, service: string): void {
  if (certificate === undefined || (certificate.notBefore <= at && at <= certificate.notAfter)) return;
  const validity = `${formatInstant(certificate.notBefore)} to ${formatInstant(certificate.notAfter)}`;
  const why = `it says ${formatInstant(at)}, and the certificate is valid from ${validity}`;
  throw wrongAnswer("CERTIFICATE_INVALID", printableHost(urlOf(service)), why);
}
