/** Checks, before signing, that a deferred log upload can succeed. */
import { TouchmarkError } from "../../../core/errors.ts";
import { printableText } from "../../../core/printable.ts";
import type { LoggedSignature } from "../../../verification/logged-signature.ts";
import type { SelectedServices } from "../../../trust/select-services.ts";
import type { Service } from "../../../trust/signing-config.ts";
import { provesTime } from "./ask-log.ts";
import { hashOfSigned, keyDetailsOf } from "./verifier.ts";

/** Throws SERVICE_MISSING or UNSUPPORTED if verifiers would refuse a signature with these services whose log entries are pending. */
export function checkDeferrable(
  { logs, timestampAuthorities }: Pick<SelectedServices, "logs" | "timestampAuthorities">,
  by: "key" | "certificate",
): void {
  if (logs.length === 0) throw new TouchmarkError("SERVICE_MISSING", "the signing config names no log that could be asked later");
  if (by === "key") return;
  for (const log of logs) checkTimeless(log);
  if (timestampAuthorities.length > 0) return;
  throw new TouchmarkError("SERVICE_MISSING", "a short-lived certificate needs a timestamp if its log entry is to come later", {
    hint: "Name a timestamp authority in the signing configuration.",
  });
}

/** Throws UNSUPPORTED for a log that cannot add a certificate's signature after the certificate expires. */
export function checkTimeless(log: Service): void {
  if (!provesTime(log)) return;
  const why = "verifiers refuse one that is not within the certificate's ten minutes";
  throw new TouchmarkError("UNSUPPORTED", `${printableText(log.url, 200)} proves the time of its entries, and ${why}`, {
    hint: "Ask the log while signing, or name a log of Rekor 2 and a timestamp authority in the signing configuration.",
  });
}

/** Throws UNSUPPORTED for a signature that one of the logs does not support. */
export function checkLoggable(logged: LoggedSignature, logs: readonly Service[]): void {
  if (logs.every(provesTime)) return;
  hashOfSigned(logged);
  keyDetailsOf(logged.verifier);
}
