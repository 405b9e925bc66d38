/** Manifests (distribution specification, "Pulling manifests", "Pushing Manifests", "Deleting tags", "Deleting Manifests"). */
import { asciiLowerCase, trimBlanks } from "../../../core/ascii.ts";
import { digestOf, isDigest, type Digest } from "../../../core/digest.ts";
import type { ApiResponse } from "../../http/response.ts";
import { isTagName, parseDigestParameter, type Tag } from "../names.ts";
import { RegistryError } from "../registry-error.ts";
import type { RegistryCall } from "./call.ts";

/** A media type (RFC 6838, section 4.2), without parameters. */
const mediaTypeGrammar = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,126}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}$/;

export async function getManifest({ backend, request, name, target }: RegistryCall): Promise<ApiResponse> {
  const { bytes, descriptor } = await backend.manifests.get(name, parseTarget(target), request.signal);
  const headers = { "Content-Type": descriptor.mediaType, "Docker-Content-Digest": descriptor.digest };
  return { status: 200, headers, body: bytes };
}

export async function putManifest({ backend, request, name, target: text, limits, memory }: RegistryCall): Promise<ApiResponse> {
  const target = parseTarget(text);
  const more = parseTags(request.query.getAll("tag"), limits.tagsPerPush);
  const mediaType = parseContentType(request.header("content-type"));
  return memory.read(request, async (bytes) => {
    const push = isDigest(target) ? { digest: target, tags: more } : { digest: digestOf(bytes), tags: [target, ...more] };
    const subject = await backend.manifests.put(name, { bytes, mediaType, ...push }, request.signal);
    const headers = { Location: `/v2/${name}/manifests/${push.digest}`, "Docker-Content-Digest": push.digest };
    const optional = { ...(subject && { "OCI-Subject": subject }), ...(more.length > 0 && { "OCI-Tag": push.tags.join(", ") }) };
    return { status: 201, headers: { ...headers, ...optional } };
  });
}

export async function deleteManifest({ backend: { manifests }, request, name, target: text }: RegistryCall): Promise<ApiResponse> {
  const target = parseTarget(text);
  await (isDigest(target) ? manifests.remove(name, target, request.signal) : manifests.untag(name, target, request.signal));
  return { status: 202 };
}

/** A tag cannot contain a colon, so a reference with one is a digest. */
function parseTarget(text: string): Digest | Tag {
  if (text.includes(":")) return parseDigestParameter(text);
  if (!isTagName(text)) throw new RegistryError("MANIFEST_UNKNOWN", `neither a tag nor a digest: ${JSON.stringify(text.slice(0, 150))}`);
  return text;
}

/** The tags of `?tag=A&tag=B` (distribution specification, "Pushing Manifests"). */
function parseTags(texts: readonly string[], max: number): readonly Tag[] {
  if (texts.length > max) throw new RegistryError("UNSUPPORTED", `a push may set ${max} tags, found ${texts.length}`, { status: 414 });
  return [...new Set(texts)].map((text) => {
    if (isTagName(text)) return text;
    throw new RegistryError("MANIFEST_INVALID", `not a tag: ${JSON.stringify(text.slice(0, 150))}`);
  });
}

function parseContentType(header = ""): string {
  const [type = ""] = header.split(";");
  const mediaType = asciiLowerCase(trimBlanks(type));
  if (mediaTypeGrammar.test(mediaType)) return mediaType;
  throw new RegistryError(
    "MANIFEST_INVALID",
    `expected the manifest's media type as Content-Type, found ${JSON.stringify(header.slice(0, 150))}`,
  );
}
