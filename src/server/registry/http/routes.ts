/** The endpoints (distribution specification, "Endpoints"). HEAD is handled wherever GET is. */
import type { ApiRequest } from "../../http/request.ts";
import { jsonResponse, type ApiResponse } from "../../http/response.ts";
import type { Route } from "../../http/router.ts";
import type { RegistryBackend } from "../backend.ts";
import type { RegistryServerLimits } from "../limits.ts";
import { parseRepositoryName } from "../names.ts";
import { deleteBlob, getBlob } from "./blob-routes.ts";
import { BodyMemory } from "./body-memory.ts";
import type { RegistryCall } from "./call.ts";
import { getReferrers, getTags } from "./list-routes.ts";
import { deleteManifest, getManifest, putManifest } from "./manifest-routes.ts";
import { deleteUpload, getUpload, patchUpload, postUpload, putUpload } from "./upload-routes.ts";

/** Finds the backend of a request: by its namespace, for example, or after checking its credentials. */
export type BackendFor = (request: ApiRequest) => RegistryBackend | Promise<RegistryBackend>;

/** What all requests have in common. */
type Shared = Pick<RegistryCall, "limits" | "memory">;

/** Handles one request to a repository. */
type CallHandler = (call: RegistryCall) => Promise<ApiResponse>;

interface Endpoint {
  readonly name: string;
  /** The path, as sent, with groups for the repository's name and, if there is one, the target. */
  readonly path: RegExp;
  readonly methods: Readonly<Record<string, CallHandler>>;
  /** By default, that of the server. */
  readonly maxBodyBytes?: (limits: RegistryServerLimits) => number;
}

/** The storage has its own limit, and throws SIZE_INVALID. */
const boundedByBackend = (): number => Number.POSITIVE_INFINITY;

/** The first matching route is used: an upload's path has the form of a blob's. */
const endpoints: readonly Endpoint[] = [
  {
    name: "manifests",
    path: /^\/v2\/(?<name>.+)\/manifests\/(?<target>[^/]+)$/,
    methods: { GET: getManifest, PUT: putManifest, DELETE: deleteManifest },
    maxBodyBytes: ({ manifestBytes }) => manifestBytes,
  },
  {
    name: "uploads",
    path: /^\/v2\/(?<name>.+)\/blobs\/uploads\/?$/,
    methods: { POST: postUpload },
    maxBodyBytes: boundedByBackend,
  },
  {
    name: "upload",
    path: /^\/v2\/(?<name>.+)\/blobs\/uploads\/(?<target>[^/]+)$/,
    methods: { GET: getUpload, PATCH: patchUpload, PUT: putUpload, DELETE: deleteUpload },
    maxBodyBytes: boundedByBackend,
  },
  { name: "blobs", path: /^\/v2\/(?<name>.+)\/blobs\/(?<target>[^/]+)$/, methods: { GET: getBlob, DELETE: deleteBlob } },
  { name: "tags", path: /^\/v2\/(?<name>.+)\/tags\/list$/, methods: { GET: getTags } },
  { name: "referrers", path: /^\/v2\/(?<name>.+)\/referrers\/(?<target>[^/]+)$/, methods: { GET: getReferrers } },
];

export function registryRoutes(backendFor: BackendFor, limits: RegistryServerLimits): readonly Route[] {
  const version: Route = { name: "version", path: /^\/v2\/?$/, methods: { GET: (request) => versionCheck(backendFor, request) } };
  const shared = { limits, memory: new BodyMemory(limits) };
  return [version, ...endpoints.map((endpoint) => routeOf(endpoint, backendFor, shared))];
}

/** Clients check here whether they must log in. */
async function versionCheck(backendFor: BackendFor, request: ApiRequest): Promise<ApiResponse> {
  await backendFor(request);
  return jsonResponse(200, {});
}

function routeOf({ name: routeName, path, methods, maxBodyBytes }: Endpoint, backendFor: BackendFor, shared: Shared): Route {
  const entries = Object.entries(methods).map(([method, answer]): [string, Route["methods"][string]] => [
    method,
    async (request, parameters) => {
      const name = parseRepositoryName(parameters["name"] ?? "");
      return answer({ backend: await backendFor(request), request, name, target: decoded(parameters["target"] ?? ""), ...shared });
    },
  ]);
  return {
    name: routeName,
    path,
    methods: Object.fromEntries(entries),
    ...(maxBodyBytes && { maxBodyBytes: maxBodyBytes(shared.limits) }),
  };
}

/** Some clients encode a digest's colon. Other encoded characters are in no tag, digest or id, and stay encoded. */
function decoded(target: string): string {
  return target.replaceAll(/%3a/gi, ":");
}
