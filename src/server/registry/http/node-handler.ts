/** The registry as a request listener for any `node:http` server. */
import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { ServerLog } from "../../http/log.ts";
import { nodeListener } from "../../http/node.ts";
import type { ServerLimits } from "../../http/limits.ts";
import type { RegistryBackend } from "../backend.ts";
import type { RegistryServerLimits } from "../limits.ts";
import { registryApi } from "./api.ts";

export interface RegistryHandlerOptions {
  /** Where failures are reported (lines of text on stderr). */
  readonly log?: ServerLog;
  readonly limits?: Partial<RegistryServerLimits>;
  readonly httpLimits?: Partial<ServerLimits>;
}

export function registryHandler(
  backend: RegistryBackend,
  options: RegistryHandlerOptions = {},
): (request: IncomingMessage, response: ServerResponse) => void {
  const { log, httpLimits } = options;
  const api = registryApi(() => backend, options);
  const listener = nodeListener(api, { freshId: randomUUID, ...(log && { log }), ...(httpLimits && { limits: httpLimits }) });
  return (request, response) => void listener(request, response);
}
