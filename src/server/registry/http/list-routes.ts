/** Lists of tags and of referrers (distribution specification, "Listing Tags", "Listing Referrers"). */
import { descriptorToJson, maxManifestBytes, mediaTypes, type Descriptor } from "../../../core/oci/manifest.ts";
import { parseDigestParameter } from "../names.ts";
import { RegistryError } from "../registry-error.ts";
import { sendJson, type Exchange } from "./exchange.ts";
import { linkToNext, pageSize } from "./paging.ts";

export async function getTags({ storage, response, name, query }: Exchange): Promise<void> {
  if (!(await storage.manifests.isRepository(name))) throw new RegistryError("NAME_UNKNOWN", `there is no repository ${name}`);
  const n = pageSize(query);
  const after = query.get("last") ?? "";
  const rest = (await storage.tags.list(name)).filter((tag) => tag > after);
  const tags = rest.slice(0, n);
  const last = tags.at(-1);
  const more = last !== undefined && rest.length > n;
  sendJson(response, 200, { name, tags }, more ? linkToNext(`/v2/${name}/tags/list`, query, n, last) : {});
}

/** A page ends at its number of entries, or before it would be larger than a manifest may be. */
export async function getReferrers({ storage, response, name, target, query }: Exchange): Promise<void> {
  const subject = parseDigestParameter(target);
  const n = pageSize(query);
  const last = query.get("last");
  const artifactType = query.get("artifactType");
  const headers: Record<string, string> = { "Content-Type": mediaTypes.ociIndex };
  if (artifactType !== null) headers["OCI-Filters-Applied"] = "artifactType";

  const page: Descriptor[] = [];
  let room = maxManifestBytes - JSON.stringify(indexOf([])).length;
  for await (const descriptor of storage.referrers.list(name, subject, last === null ? undefined : parseDigestParameter(last))) {
    if (artifactType !== null && descriptor.artifactType !== artifactType) continue;
    room -= Buffer.byteLength(JSON.stringify(descriptorToJson(descriptor))) + 1;
    const end = page.at(-1);
    if (page.length >= n || (end && room < 0)) {
      if (end) Object.assign(headers, linkToNext(`/v2/${name}/referrers/${subject}`, query, n, end.digest));
      break;
    }
    page.push(descriptor);
  }
  sendJson(response, 200, indexOf(page), headers);
}

function indexOf(manifests: readonly Descriptor[]): Record<string, unknown> {
  return { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: manifests.map(descriptorToJson) };
}
