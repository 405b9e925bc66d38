/** Uploads a signature to a log, by the log's API version. */
import type { Service } from "../../../trust/signing-config.ts";
import type { LogAuthority } from "../../../trust/trusted-root.ts";
import type { LoggedSignature } from "../../../verification/logged-signature.ts";
import type { ServiceClient } from "../ask.ts";
import type { AcceptedLogEntry } from "./logged-entry.ts";
import { logInRekorV1 } from "./rekor-v1.ts";
import { logInRekorV2 } from "./rekor-v2.ts";

export interface LogSubmission {
  readonly log: Service;
  readonly logged: LoggedSignature;
  /** The trusted logs. */
  readonly logs: readonly LogAuthority[];
}

/** Throws as the client of its version does. */
export function askLog({ log, logged, logs }: LogSubmission, client: ServiceClient): Promise<AcceptedLogEntry> {
  const logIn = provesTime(log) ? logInRekorV1 : logInRekorV2;
  return logIn({ service: log.url, logged, logs }, client);
}

/** Whether the log's entries carry the time of their inclusion. */
export function provesTime({ majorApiVersion }: Service): boolean {
  return majorApiVersion === 1;
}
