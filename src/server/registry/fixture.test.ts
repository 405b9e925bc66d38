/** Shared by the registry's tests: a registry for each test, and plain requests to it. */
import type { TestContext } from "node:test";
import { mkdtemp, rm } from "node:fs/promises";
import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileTime } from "../../../test/fakes/wall-clock.ts";
import { digestOf, type Digest } from "../../core/digest.ts";
import { isJsonObject, parseJson, type Json } from "../../core/json/json.ts";
import { mediaTypes } from "../../core/oci/manifest.ts";
import { startRegistry, type RegistryOptions, type RunningRegistry } from "./registry.ts";

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Call {
  readonly headers?: Readonly<Record<string, string | number>>;
  readonly body?: string | Uint8Array;
}

export interface TestRegistry {
  readonly dir: string;
  readonly running: RunningRegistry;
  /** Sends the path unchanged, without normalisation. */
  readonly send: (method: string, path: string, call?: Call) => Promise<Reply>;
  readonly pushBlob: (name: string, content: string | Uint8Array) => Promise<Digest>;
  /** Pushes a manifest with a config and a layer; returns its digest. */
  readonly pushImage: (name: string, tag: string, more?: Record<string, unknown>) => Promise<Digest>;
}

export async function temporaryFolder(t: TestContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "touchmark-registry-"));
  t.after(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

export async function testRegistry(t: TestContext, options: Partial<RegistryOptions> = {}): Promise<TestRegistry> {
  const dir = options.dir ?? (await temporaryFolder(t));
  const running = await startRegistry({ dir, host: "127.0.0.1", port: 0, clock: fileTime, log: () => undefined, ...options });
  t.after(() => running.close());
  const send: TestRegistry["send"] = (method, path, call) => sendTo(running.url, method, path, call);

  async function pushBlob(name: string, content: string | Uint8Array): Promise<Digest> {
    const digest = digestOf(Buffer.from(content));
    const { status, body } = await send("POST", `/v2/${name}/blobs/uploads/?digest=${digest}`, { body: content });
    if (status !== 201) throw new Error(`blob not pushed: ${status} ${body.toString()}`);
    return digest;
  }

  async function pushImage(name: string, tag: string, more: Record<string, unknown> = {}): Promise<Digest> {
    await Promise.all([pushBlob(name, config), pushBlob(name, layer)]);
    const bytes = imageManifest(more);
    const { status, body } = await putManifest(send, name, tag, bytes);
    if (status !== 201) throw new Error(`manifest not pushed: ${status} ${body.toString()}`);
    return digestOf(bytes);
  }
  return { dir, running, send, pushBlob, pushImage };
}

export const config = "{}";
export const layer = "a layer";

/** An image manifest of `config` and `layer`. */
export function imageManifest(more: Record<string, unknown> = {}): Uint8Array {
  const manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.ociManifest,
    config: descriptor(mediaTypes.ociConfig, config),
    layers: [descriptor(mediaTypes.ociLayer, layer)],
    ...more,
  };
  return Buffer.from(JSON.stringify(manifest));
}

export function descriptor(mediaType: string, content: string | Uint8Array): Record<string, unknown> {
  const bytes = Buffer.from(content);
  return { mediaType, digest: digestOf(bytes), size: bytes.length };
}

export function putManifest(
  send: TestRegistry["send"],
  name: string,
  target: string,
  body: string | Uint8Array,
  type: string = mediaTypes.ociManifest,
): Promise<Reply> {
  return send("PUT", `/v2/${name}/manifests/${target}`, { headers: { "Content-Type": type }, body });
}

/** Returns the code of an error response in the specification's form; undefined if it has another form. */
export function errorCode(reply: Reply): string | undefined {
  const value = json(reply);
  const errors = isJsonObject(value) ? value["errors"] : undefined;
  const [first] = Array.isArray(errors) ? errors : [];
  return Object.keys(first ?? {}).join() === "code,message" ? String(first.code) : undefined;
}

export function json(reply: Reply): Json {
  return parseJson(reply.body, "answer");
}

export function sendTo(url: string, method: string, path: string, { headers = {}, body = "" }: Call = {}): Promise<Reply> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const length = body.length > 0 || method !== "GET" ? { "Content-Length": Buffer.byteLength(body) } : {};
    const request = httpRequest({ hostname, port, method, path, headers: { ...length, ...headers } }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }));
    });
    request.on("error", reject);
    request.end(body);
  });
}
