/** Manifests (distribution specification, "Pulling manifests", "Pushing Manifests", "Deleting tags", "Deleting Manifests"). */
import { digestOf, isDigest, type Digest } from "../../../core/digest.ts";
import { maxManifestBytes } from "../../../core/oci/manifest.ts";
import { isTagName, parseDigestParameter, type Tag } from "../names.ts";
import { RegistryError } from "../registry-error.ts";
import { readRequestBody } from "./body.ts";
import { send, type Exchange } from "./exchange.ts";

/** A media type (RFC 6838, section 4.2), without parameters. */
const mediaTypeGrammar = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,126}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}$/;

export async function getManifest({ storage, response, name, target }: Exchange): Promise<void> {
  const { bytes, descriptor } = await storage.manifests.get(name, parseTarget(target));
  const headers = { "Content-Type": descriptor.mediaType, "Docker-Content-Digest": descriptor.digest };
  send(response, { status: 200, headers, body: bytes });
}

export async function putManifest({ storage, request, response, name, target: text }: Exchange): Promise<void> {
  const target = parseTarget(text);
  const mediaType = parseContentType(request.headers["content-type"]);
  const bytes = await readRequestBody(request, maxManifestBytes);
  const push = isDigest(target) ? { digest: target } : { digest: digestOf(bytes), tag: target };
  const subject = await storage.manifests.put(name, { bytes, mediaType, ...push });
  const headers = { Location: `/v2/${name}/manifests/${push.digest}`, "Docker-Content-Digest": push.digest };
  send(response, { status: 201, headers: { ...headers, ...(subject && { "OCI-Subject": subject }) } });
}

export async function deleteManifest({ storage, response, name, target: text }: Exchange): Promise<void> {
  const target = parseTarget(text);
  await (isDigest(target) ? storage.manifests.remove(name, target) : storage.manifests.untag(name, target));
  send(response, { status: 202 });
}

/** A tag cannot have a colon, so what has one is meant as a digest. */
function parseTarget(text: string): Digest | Tag {
  if (text.includes(":")) return parseDigestParameter(text);
  if (!isTagName(text)) throw new RegistryError("MANIFEST_UNKNOWN", `neither a tag nor a digest: ${JSON.stringify(text.slice(0, 150))}`);
  return text;
}

function parseContentType(header = ""): string {
  const [type = ""] = header.split(";");
  const mediaType = type.trim().toLowerCase();
  if (mediaTypeGrammar.test(mediaType)) return mediaType;
  throw new RegistryError(
    "MANIFEST_INVALID",
    `expected the manifest's media type as Content-Type, found ${JSON.stringify(header.slice(0, 150))}`,
  );
}
