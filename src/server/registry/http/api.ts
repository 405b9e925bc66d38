/** The distribution API as a request handler. */
import { router, type RouterOptions } from "../../http/router.ts";
import type { ApiHandler } from "../../http/response.ts";
import { registryServerLimits, type RegistryServerLimits } from "../limits.ts";
import { registryErrorResponse } from "./errors.ts";
import { registryRoutes, type BackendFor } from "./routes.ts";

const apiVersion: Readonly<Record<string, string>> = { "Docker-Distribution-API-Version": "registry/2.0" };

export interface RegistryApiOptions {
  readonly limits?: Partial<RegistryServerLimits>;
  readonly httpLimits?: RouterOptions["limits"];
}

export function registryApi(backendFor: BackendFor, { limits, httpLimits = {} }: RegistryApiOptions = {}): ApiHandler {
  const routes = registryRoutes(backendFor, { ...registryServerLimits, ...limits });
  const answer = router({ routes, errors: registryErrorResponse, limits: httpLimits });
  return async (request) => {
    const response = await answer(request);
    return { ...response, headers: { ...apiVersion, ...response.headers } };
  };
}
