/** An opened repository `app` of a scripted registry, and typical answers of one. */
import type { TestContext } from "node:test";
import { digestOf, hexOf, type Digest } from "../../src/core/digest.ts";
import { emptyConfig, mediaTypes, type Descriptor } from "../../src/core/oci/manifest.ts";
import type { Repository } from "../../src/core/repository.ts";
import { createHttpClient } from "../../src/net/http-client.ts";
import { createRegistries } from "../../src/registry/registries.ts";
import { scriptedServer, type Script, type ScriptedAnswer, type ScriptedServer } from "./scripted-registry.ts";

export const signal: AbortSignal = new AbortController().signal;
export const subject: Descriptor = { mediaType: mediaTypes.ociManifest, digest: digestOf(Buffer.from("subject")), size: 7 };
export const tag: string = `sha256-${hexOf(subject.digest)}`;
/** Lines of a script: the listing of what refers to the subject, by API and by tag. */
export const api: string = `GET /v2/app/referrers/${subject.digest}`;
export const fallback: string = `GET /v2/app/manifests/${tag}`;
export const absent: ScriptedAnswer = { status: 404, body: '{"errors":[{"code":"NAME_UNKNOWN"}]}' };

/** With credentials for every registry, and no delay between retries. */
export function open(server: ScriptedServer): Repository {
  const http = createHttpClient({ sleep: async () => {} });
  const alice = { kind: "password", username: "alice", password: "wonder", source: "test" } as const;
  const registries = createRegistries({ http, credentials: { find: async () => alice } });
  return registries.open({ kind: "registry", registry: server.host, repository: "app" });
}

export async function opened(
  t: TestContext,
  script: Script,
): Promise<{ readonly server: ScriptedServer; readonly repository: Repository }> {
  const server = await scriptedServer(t, script);
  return { server, repository: open(server) };
}

export function imageOf(word: string, of?: Descriptor): Buffer {
  return Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: mediaTypes.ociManifest,
      artifactType: "application/x-test",
      config: emptyConfig.descriptor,
      layers: [],
      annotations: { word },
      ...(of && { subject: of }),
    }),
  );
}

export function descriptorOf(bytes: Uint8Array): Descriptor {
  return { mediaType: mediaTypes.ociManifest, digest: digestOf(bytes), size: bytes.length };
}

export function served(bytes: Uint8Array, mediaType: string = mediaTypes.ociManifest, more: Record<string, string> = {}): ScriptedAnswer {
  return { headers: { "content-type": mediaType, ...more }, body: bytes };
}

export function indexOf(...words: readonly string[]): Buffer {
  return Buffer.from(
    JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: words.map((word) => descriptorOf(Buffer.from(word))) }),
  );
}

export function listing(...words: readonly string[]): ScriptedAnswer {
  return served(indexOf(...words), mediaTypes.ociIndex);
}

export function digestsOf(...words: readonly string[]): readonly Digest[] {
  return words.map((word) => digestOf(Buffer.from(word)));
}

export const content: Buffer = Buffer.from("0123456789");
export const blob: Descriptor = { mediaType: "text/plain", digest: digestOf(content), size: 10 };
export const blobPath: string = `/v2/app/blobs/${blob.digest}`;
