/** The registry as a request listener for any `node:http` server. */
import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { nodeListener } from "../../http/node.ts";
import type { RegistryBackend } from "../backend.ts";
import { registryApi } from "./api.ts";

export function registryHandler(backend: RegistryBackend): (request: IncomingMessage, response: ServerResponse) => void {
  const api = registryApi(() => backend);
  const listener = nodeListener(api, { freshId: randomUUID });
  return (request, response) => void listener(request, response);
}
