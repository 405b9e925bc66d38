/** The distribution API as a request handler. */
import { router, type RouterOptions } from "../../http/router.ts";
import type { ApiRequest } from "../../http/request.ts";
import type { ApiHandler } from "../../http/response.ts";
import { registryServerLimits, type RegistryServerLimits } from "../limits.ts";
import { headersForBrowsers, refuseBrowsers } from "./browsers.ts";
import { registryErrorResponse } from "./errors.ts";
import { registryRoutes, type BackendFor } from "./routes.ts";

const commonHeaders: Readonly<Record<string, string>> = { "Docker-Distribution-API-Version": "registry/2.0", ...headersForBrowsers };

export interface RegistryApiOptions {
  readonly limits?: Partial<RegistryServerLimits>;
  readonly httpLimits?: RouterOptions["limits"];
  /** Host names that requests may have, beside addresses and `localhost` (any). */
  readonly hostNames?: readonly string[];
}

export function registryApi(backendFor: BackendFor, { limits, httpLimits = {}, hostNames }: RegistryApiOptions = {}): ApiHandler {
  const routes = registryRoutes(backendFor, { ...registryServerLimits, ...limits });
  const check = (request: ApiRequest): void => refuseBrowsers(request, hostNames);
  const answer = router({ routes, errors: registryErrorResponse, limits: httpLimits, check });
  return async (request) => {
    const response = await answer(request);
    return { ...response, headers: { ...commonHeaders, ...response.headers } };
  };
}
