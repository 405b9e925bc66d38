/** Renders the signer and the log entries of a signature. */
import type { SignerName } from "../../core/signer.ts";
import type { LogEntryReference } from "../../engine/signed-by.ts";
import { field } from "./text.ts";

export function signedFields(by: SignerName, logged: readonly LogEntryReference[]): string {
  const who = "key" in by ? field("key", `sha256:${by.key}`) : field("identity", `${by.identity} (${by.issuer})`);
  return who + logged.map(({ index, log }) => field("log", `entry ${index} of ${log.slice(0, 16)}…`)).join("");
}
