/** The endpoints (distribution specification, "Endpoints"). HEAD is answered wherever GET is. */
import { deleteBlob, getBlob } from "./blob-routes.ts";
import type { Exchange } from "./exchange.ts";
import { getReferrers, getTags } from "./list-routes.ts";
import { deleteManifest, getManifest, putManifest } from "./manifest-routes.ts";
import { deleteUpload, getUpload, patchUpload, postUpload, putUpload } from "./upload-routes.ts";

export type Handler = (exchange: Exchange) => void | Promise<void>;

export interface Route {
  /** The path, as it was sent: groups for the repository's name and, where there is one, the target. */
  readonly path: RegExp;
  readonly methods: Readonly<Record<string, Handler>>;
}

/** The first one that fits counts: an upload's path has the form of a blob's. */
export const routes: readonly Route[] = [
  { path: /^\/v2\/(.+)\/manifests\/([^/]+)$/, methods: { GET: getManifest, PUT: putManifest, DELETE: deleteManifest } },
  { path: /^\/v2\/(.+)\/blobs\/uploads\/?$/, methods: { POST: postUpload } },
  {
    path: /^\/v2\/(.+)\/blobs\/uploads\/([^/]+)$/,
    methods: { GET: getUpload, PATCH: patchUpload, PUT: putUpload, DELETE: deleteUpload },
  },
  { path: /^\/v2\/(.+)\/blobs\/([^/]+)$/, methods: { GET: getBlob, DELETE: deleteBlob } },
  { path: /^\/v2\/(.+)\/tags\/list$/, methods: { GET: getTags } },
  { path: /^\/v2\/(.+)\/referrers\/([^/]+)$/, methods: { GET: getReferrers } },
];
