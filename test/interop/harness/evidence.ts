/** Carries a signature from one image to another by the registry's own API, changed on the way if asked. */
import { createHash } from "node:crypto";
import type { Format } from "./cosign.ts";

/** Changes to the JSON text of the manifest and of the layer that hold a signature. */
export interface Change {
  readonly manifest?: (text: string) => string;
  readonly layer?: (text: string) => string;
}

/** The last bit of the signature, which leaves its encoding as it was. */
export const flipSignature: Readonly<Record<Format, Change>> = {
  bundle: { layer: (text) => text.replace(/(?<="sig":")[^"]+/, flipLastBit) },
  "cosign-legacy": { manifest: (text) => text.replace(/(?<="dev\.cosignproject\.cosign\/signature":")[^"]+/, flipLastBit) },
};

/** What is signed speaks of `to` where it spoke of `from`; both are NAME@DIGEST. */
export function redirectClaim(from: string, to: string): Readonly<Record<Format, Change>> {
  const [old, changed] = [from, to].map((image) => parse(image).digest.replace("sha256:", ""));
  const redirect = (text: string): string => text.replaceAll(old ?? "", changed ?? "");
  const redirectPayload = (payload: string): string => btoa(redirect(atob(payload)));
  return {
    bundle: { layer: (text) => text.replace(/(?<="payload":")[^"]+/, redirectPayload) },
    "cosign-legacy": { layer: redirect },
  };
}

/** Whether the image's registry has the referrers API. */
export async function hasReferrersApi(image: string): Promise<boolean> {
  return (await getReferrers(parse(image))).ok;
}

interface Place {
  /** URL of the repository. */
  readonly repository: string;
  readonly digest: string;
}

const unchanged = (text: string): string => text;

/** Both images are NAME@DIGEST; `from` has one signature in this format. A bundle's subject becomes `to`. */
export async function carrySignature(from: string, to: string, format: Format, change: Change = {}): Promise<void> {
  const [source, target] = [parse(from), parse(to)];
  const found = await get(`${source.repository}/manifests/${await locate(source, format)}`);
  const original = JSON.parse(found);
  const [layer] = original.layers;

  await putBlob(target, await get(`${source.repository}/blobs/${original.config.digest}`));
  const newLayer = (change.layer ?? unchanged)(await get(`${source.repository}/blobs/${layer.digest}`));
  await putBlob(target, newLayer);

  const manifest = JSON.parse((change.manifest ?? unchanged)(found).replaceAll(source.digest, target.digest));
  manifest.layers = [{ ...manifest.layers[0], digest: digestOf(newLayer), size: newLayer.length }];
  if (manifest.subject) manifest.subject.size = (await get(`${target.repository}/manifests/${target.digest}`)).length;
  await putSignature(target, format, JSON.stringify(manifest));
}

async function putSignature(target: Place, format: Format, manifest: string): Promise<void> {
  const { mediaType, artifactType } = JSON.parse(manifest);
  const tag = target.digest.replace(":", "-");
  const name = format === "cosign-legacy" ? `${tag}.sig` : digestOf(manifest);
  const answer = await send("PUT", `${target.repository}/manifests/${name}`, manifest, mediaType);
  if (format === "cosign-legacy" || answer.headers.has("oci-subject")) return;

  const type = "application/vnd.oci.image.index.v1+json";
  const descriptor = { mediaType, size: manifest.length, digest: name, artifactType };
  const index = JSON.stringify({ schemaVersion: 2, mediaType: type, manifests: [descriptor] });
  await send("PUT", `${target.repository}/manifests/${tag}`, index, type);
}

/** The tag or digest of the manifest that holds the image's signature. */
async function locate({ repository, digest }: Place, format: Format): Promise<string> {
  const tag = digest.replace(":", "-");
  if (format === "cosign-legacy") return `${tag}.sig`;
  const referrers = await getReferrers({ repository, digest });
  const [first] = JSON.parse(referrers.ok ? await referrers.text() : await get(`${repository}/manifests/${tag}`)).manifests;
  return first.digest;
}

function getReferrers({ repository, digest }: Place): Promise<Response> {
  return fetch(`${repository}/referrers/${digest}`, { signal: AbortSignal.timeout(10_000) });
}

async function putBlob({ repository }: Place, text: string): Promise<void> {
  const opened = await send("POST", `${repository}/blobs/uploads/`);
  const upload = new URL(opened.headers.get("location") ?? "", opened.url);
  upload.searchParams.set("digest", digestOf(text));
  await send("PUT", upload.href, text, "application/octet-stream");
}

async function get(url: string): Promise<string> {
  return (await send("GET", url)).text();
}

async function send(method: string, url: string, body?: string, type?: string): Promise<Response> {
  const accept = "application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json";
  const headers = { accept, ...(type !== undefined && { "content-type": type }) };
  const answer = await fetch(url, { method, headers, ...(body !== undefined && { body }), signal: AbortSignal.timeout(10_000) });
  if (!answer.ok) throw new Error(`${method} ${url} answered ${answer.status}: ${await answer.text()}`);
  return answer;
}

function parse(image: string): Place {
  const [, host, path, digest] = /^([^/]+)\/(.+)@(.+)$/.exec(image) ?? [];
  if (host === undefined || path === undefined || digest === undefined) throw new Error(`${image} is not NAME@DIGEST`);
  return { repository: `http://${host}/v2/${path}`, digest };
}

function digestOf(text: string): string {
  return `sha256:${createHash("sha256").update(text).digest("hex")}`;
}

function flipLastBit(base64: string): string {
  const bytes = Buffer.from(base64, "base64");
  const last = bytes.length - 1;
  bytes.writeUInt8(bytes.readUInt8(last) ^ 1, last);
  return bytes.toString("base64");
}
