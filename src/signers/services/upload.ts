/** Logging a signature that was made before: nothing is asked but what whoever logs it knows from elsewhere than the signature. */
import { TouchmarkError } from "../../core/errors.ts";
import type { LogEntryJson } from "../../core/verification-material.ts";
import { printableText } from "../../core/printable.ts";
import type { LoggedSignature } from "../../verification/logged-signature.ts";
import type { Service } from "../../trust/signing-config.ts";
import type { TrustedRoot } from "../../trust/trusted-root.ts";
import type { Asker } from "./ask.ts";
import { askLog } from "./log/ask-log.ts";
import { checkTimeless } from "./log/deferred.ts";

export interface UploadRequest {
  readonly logged: LoggedSignature;
  /** URLs of the logs that it waits for, as whoever wrote it says. */
  readonly waitsFor: readonly string[];
  /** Those that may be asked. */
  readonly logs: readonly Service[];
  /** What every answer must be proven by. */
  readonly root: TrustedRoot;
}

/** Throws SERVICE_MISSING before any log is asked where one may not be, UNSUPPORTED for one that cannot be asked later, or as logging does. */
export async function uploadToLogs({ logged, waitsFor, logs, root }: UploadRequest, asker: Asker): Promise<readonly LogEntryJson[]> {
  const asked = waitsFor.map((url) => logs.find((log) => log.url === url) ?? unknown(url));
  if (logged.verifier.kind === "certificate") asked.forEach(checkTimeless);
  return Promise.all(asked.map(async (log) => (await askLog({ log, logged, logs: root.logs }, asker)).entry));
}

function unknown(url: string): never {
  const log = JSON.stringify(printableText(url, 200));
  throw new TouchmarkError("SERVICE_MISSING", `the signature waits for the log ${log}, which the signing config does not name`, {
    hint: "Name the sigstore instance it was signed with. No log is asked because a signature names it.",
    remedy: { id: "name-upload-instance" },
  });
}
