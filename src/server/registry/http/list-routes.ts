/** Lists of tags and of referrers (distribution specification, "Listing Tags", "Listing Referrers"). */
import { descriptorToJson, mediaTypes, type Descriptor } from "../../../core/oci/manifest.ts";
import { jsonResponse, type ApiResponse } from "../../http/response.ts";
import { parseDigestParameter } from "../names.ts";
import type { RegistryCall } from "./call.ts";
import { linkToNext, pageSize } from "./paging.ts";

export async function getTags({ backend, request, name, limits }: RegistryCall): Promise<ApiResponse> {
  const { query, signal } = request;
  const n = pageSize(query, limits.pageEntries);
  const { tags, more } = await backend.tags.page(name, query.get("last") ?? "", n, signal);
  const last = tags.at(-1);
  return jsonResponse(200, { name, tags }, more && last !== undefined ? linkToNext(`/v2/${name}/tags/list`, query, n, last) : {});
}

/** A page ends at its number of entries, or before it is larger than a manifest may be. */
export async function getReferrers({ backend, request, name, target, limits }: RegistryCall): Promise<ApiResponse> {
  const { query, signal } = request;
  const subject = parseDigestParameter(target);
  const n = pageSize(query, limits.pageEntries);
  const last = query.get("last");
  const artifactType = query.get("artifactType");
  const headers: Record<string, string> = { "Content-Type": mediaTypes.ociIndex };
  if (artifactType !== null) headers["OCI-Filters-Applied"] = "artifactType";

  const page: Descriptor[] = [];
  let room = limits.manifestBytes - JSON.stringify(indexOf([])).length;
  for await (const descriptor of backend.referrers.list(name, subject, last === null ? undefined : parseDigestParameter(last), signal)) {
    if (artifactType !== null && descriptor.artifactType !== artifactType) continue;
    room -= Buffer.byteLength(JSON.stringify(descriptorToJson(descriptor))) + 1;
    const end = page.at(-1);
    if (page.length >= n || (end && room < 0)) {
      if (end) Object.assign(headers, linkToNext(`/v2/${name}/referrers/${subject}`, query, n, end.digest));
      break;
    }
    page.push(descriptor);
  }
  return jsonResponse(200, indexOf(page), headers);
}

function indexOf(manifests: readonly Descriptor[]): Record<string, unknown> {
  return { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: manifests.map(descriptorToJson) };
}
