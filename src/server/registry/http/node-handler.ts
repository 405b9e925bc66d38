/** The registry as a request listener for any `node:http` server. */
import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { ServerLog } from "../../http/log.ts";
import { nodeListener } from "../../http/node.ts";
import type { RegistryBackend } from "../backend.ts";
import { registryApi } from "./api.ts";

export interface RegistryHandlerOptions {
  /** Where failures are reported (lines of text on stderr). */
  readonly log?: ServerLog;
}

export function registryHandler(
  backend: RegistryBackend,
  { log }: RegistryHandlerOptions = {},
): (request: IncomingMessage, response: ServerResponse) => void {
  const api = registryApi(() => backend);
  const listener = nodeListener(api, { freshId: randomUUID, ...(log && { log }) });
  return (request, response) => void listener(request, response);
}
