/** The distribution API as a request handler. */
import { router } from "../../http/router.ts";
import type { ApiHandler } from "../../http/response.ts";
import { registryErrorResponse } from "./errors.ts";
import { registryRoutes, type BackendFor } from "./routes.ts";

const apiVersion: Readonly<Record<string, string>> = { "Docker-Distribution-API-Version": "registry/2.0" };

export function registryApi(backendFor: BackendFor): ApiHandler {
  const answer = router({ routes: registryRoutes(backendFor), errors: registryErrorResponse });
  return async (request) => {
    const response = await answer(request);
    return { ...response, headers: { ...apiVersion, ...response.headers } };
  };
}
