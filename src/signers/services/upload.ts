/** Uploads the pending log entries of an existing signature: requests go only to logs that the caller knows independently of the signature. */
import { TouchmarkError } from "../../core/errors.ts";
import type { LogEntryJson } from "../../core/verification-material.ts";
import { printableText } from "../../core/printable.ts";
import type { LoggedSignature } from "../../verification/logged-signature.ts";
import type { Service } from "../../trust/signing-config.ts";
import type { TrustedRoot } from "../../trust/trusted-root.ts";
import type { ServiceClient } from "./ask.ts";
import { askLog } from "./log/ask-log.ts";
import { checkTimeless } from "./log/deferred.ts";

export interface UploadRequest {
  readonly logged: LoggedSignature;
  /** URLs of the pending logs, as the signature states them. */
  readonly waitsFor: readonly string[];
  /** URLs of the allowed logs. */
  readonly logs: readonly Service[];
  /** The trusted root that verifies every response. */
  readonly root: TrustedRoot;
}

/** Throws SERVICE_MISSING before any request if a log is not allowed, UNSUPPORTED for one that does not support deferred upload, or as logging does. */
export async function uploadToLogs(
  { logged, waitsFor, logs, root }: UploadRequest,
  client: ServiceClient,
): Promise<readonly LogEntryJson[]> {
  const asked = waitsFor.map((url) => logs.find((log) => log.url === url) ?? unknown(url));
  if (logged.verifier.kind === "certificate") asked.forEach(checkTimeless);
  return Promise.all(asked.map(async (log) => (await askLog({ log, logged, logs: root.logs }, client)).entry));
}

function unknown(url: string): never {
  const log = JSON.stringify(printableText(url, 200));
  throw new TouchmarkError("SERVICE_MISSING", `the signature waits for the log ${log}, which the signing config does not name`, {
    hint: "Name the sigstore instance it was signed with. No log is asked because a signature names it.",
    remedy: { id: "name-upload-instance" },
  });
}
