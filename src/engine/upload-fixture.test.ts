/** Signatures with pending log entries on an image in memory, and the services that log them. */
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import type { TestContext } from "node:test";
import { testClock, testTime } from "../../test/fakes/clock.ts";
import { mintToken } from "../../test/fakes/identity-provider.ts";
import { memoryRepository, type MemoryRepository } from "../../test/fakes/memory-repository.ts";
import { person, putImage } from "../../test/fakes/signers.ts";
import { signingServices, type SigningServices } from "../../test/fakes/signing-services.ts";
import { encodeUtf8 } from "../core/bytes.ts";
import { digestOf, type Digest } from "../core/digest.ts";
import { mediaTypes, parseManifest, type Descriptor, type ImageManifest } from "../core/oci/manifest.ts";
import { parseReference } from "../core/oci/reference.ts";
import type { Repository } from "../core/repository.ts";
import type { LogUpload } from "../core/verification-material.ts";
import type { Signer } from "../core/signer.ts";
import type { Verdict } from "../core/verdict.ts";
import { formats } from "../formats/all.ts";
import { createHttpClient } from "../net/http-client.ts";
import { anySigner, authority } from "../../test/fakes/expectation.ts";
import { IdentityToken } from "../signers/keyless/identity/identity-token.ts";
import { keylessSigner } from "../signers/keyless/keyless-signer.ts";
import { loggedSigner } from "../signers/services/logged-signer.ts";
import { uploadToLogs } from "../signers/services/upload.ts";
import { parseSigningConfig } from "../trust/parse-signing-config.ts";
import { parseTrustedRoot } from "../trust/parse-trusted-root.ts";
import { selectServices } from "../trust/select-services.ts";
import { exactly } from "../trust/text-pattern.ts";
import { makeTrust, type Trust } from "../trust/trust.ts";
import { uploadPending, type UploadedImage, type UploadPendingOptions } from "./upload-pending.ts";
import type { UploadServices } from "./upload-one.ts";
import { sign } from "./sign.ts";
import { verify } from "./verify.ts";

export const signal: AbortSignal = new AbortController().signal;
export const logPath = "POST /api/v2/log/entries";
const reference = "registry.example/app:1";
const email = "alice@example.com";
const recorder = { record: async () => undefined };
const hour = 60 * 60_000;

export interface Desk extends SigningServices {
  readonly repository: MemoryRepository;
  readonly image: Descriptor;
  /** The trust for the certificates of the instance. */
  readonly trust: Trust;
  readonly byKey: { readonly signer: Signer; readonly trust: Trust };
  sign(how?: { readonly logUpload?: LogUpload; readonly by?: "key" | "certificate"; readonly repository?: Repository }): Promise<void>;
  /** Uploads an hour after signing, when the certificate has expired. */
  flush(instead?: Partial<UploadPendingOptions>, repository?: Repository): Promise<readonly UploadedImage[]>;
  verify(allowsPendingLog?: boolean, trust?: Trust, repository?: Repository): Promise<Verdict>;
  readonly flushServices: UploadServices;
  /** The requests that the log received. */
  readonly logged: readonly string[];
}

export async function desk(t: TestContext): Promise<Desk> {
  const services = await signingServices(t);
  const root = parseTrustedRoot(encodeUtf8(services.trustedRoot), "root");
  const config = parseSigningConfig(encodeUtf8(services.signingConfig), "config");
  const client = { http: createHttpClient({ sleep: async () => {} }), clock: testClock };
  const common = { services: Promise.resolve(selectServices(config, testTime)), root: Promise.resolve(root), ...client };
  const repository = memoryRepository();
  const image = await putImage(repository, "x", "1");
  const alice = person("alice", generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey);
  const trust = makeTrust({ roots: [root] });
  const identities = [{ subject: exactly(email), issuer: exactly("https://issuer.example"), claims: {} }];
  const flushServices: UploadServices = {
    root,
    upload: ({ logged, logs }, until) =>
      uploadToLogs(
        { logged, waitsFor: logs, logs: config.logs.services, root },
        { ...client, clock: () => testTime + hour, signal: until },
      ),
  };
  return {
    ...services,
    flushServices,
    repository,
    image,
    trust,
    byKey: { signer: alice.signer, trust: makeTrust({ keys: alice.trust.keys, roots: [root] }) },
    async sign({ logUpload = "later", by = "certificate", repository: where = repository } = {}) {
      const signer =
        by === "key"
          ? loggedSigner(alice.signer, { ...common, logUpload })
          : keylessSigner({
              ...client,
              token: async () => new IdentityToken(mintToken({ email, email_verified: true }), "the test"),
              services: () => common.services,
              root: () => common.root,
              logUpload,
              consent: async () => undefined,
            });
      await sign(where, parseReference(reference), {
        formats: formats.filter(({ name }) => name === "bundle"),
        signer,
        annotations: { stage: "production" },
        at: testTime,
        recorder,
        recursive: false,
        force: true,
        signal,
      });
    },
    flush: (options = {}, where = repository) =>
      uploadPending(where, parseReference(reference), {
        formats,
        services: async () => flushServices,
        recorder,
        at: testTime + hour,
        recursive: false,
        signal,
        ...options,
      }),
    async verify(allowsPendingLog = false, trusted = trust, where = repository) {
      const expected = authority({ keys: trusted.keys, identities, log: allowsPendingLog ? "pending" : "required" });
      const policy = anySigner([expected]);
      const options = { formats, basis: { policy, trust: trusted }, at: testTime + hour, recorder, recursive: false, signal };
      const [verdict] = await verify(where, parseReference(reference), options);
      if (!verdict) throw new Error("there is no verdict");
      return verdict;
    },
    get logged() {
      return services.log.lines.filter((line) => line === logPath);
    },
  };
}

/** The manifests attached to the image. */
export function attached({
  repository,
  image,
}: Pick<Desk, "repository" | "image">): readonly (ImageManifest & { readonly digest: Digest })[] {
  return [...repository.manifests.values()].flatMap(({ descriptor, bytes }) => {
    const manifest = parseManifest(bytes, descriptor.mediaType);
    return manifest.kind === "image" && manifest.subject?.digest === image.digest ? [{ ...manifest, digest: descriptor.digest }] : [];
  });
}

export function states(images: readonly UploadedImage[]): readonly string[] {
  return images.flatMap(({ uploads }) => uploads.map((one) => (one.state === "flushed" ? one.state : `${one.state}: ${one.code}`)));
}

export function answerOf({ decision, reason }: Verdict): string {
  return reason ? `${decision}: ${reason.code}` : decision;
}

/** The log check of the verdict's only finding. */
export function logCheck({ findings }: Verdict): string | undefined {
  assert.equal(findings.length, 1, "one signature is listed once");
  const check = findings[0]?.checks.find(({ name }) => name === "log");
  return check && (check.outcome === "passed" ? check.outcome : `${check.outcome}: ${check.code}`);
}

/** The JSON documents attached to the image. */
export interface Parts {
  // oxlint-disable-next-line typescript/no-explicit-any -- tests reach into it to break it
  readonly bundle: any;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests reach into it to break it
  readonly record: any;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests reach into it to break it
  readonly manifest: any;
  /** URL of a server that must not be contacted. */
  readonly stranger: string;
}

/** Changes the documents attached to the image. */
export async function change(at: Desk, alter: (parts: Parts) => unknown, stranger = ""): Promise<void> {
  const { blobs, manifests } = at.repository;
  const [{ digest } = { digest: at.image.digest }] = attached(at);
  const manifest = JSON.parse(Buffer.from(manifests.get(digest)?.bytes ?? []).toString());
  const [bundle, record = {}] = manifest.layers.map((layer: { digest: typeof digest }) =>
    JSON.parse(Buffer.from(blobs.get(layer.digest) ?? []).toString()),
  );
  const parts = { bundle, record, manifest, stranger };
  const isAltered = JSON.stringify(parts);
  alter(parts);
  assert.notEqual(JSON.stringify(parts), isAltered);
  const layers = await Promise.all(
    [bundle, record].slice(0, manifest.layers.length).map(async (content, i) => {
      const bytes = encodeUtf8(JSON.stringify(content));
      await at.repository.putBlob(bytes, signal);
      return { ...manifest.layers[i], digest: digestOf(bytes), size: bytes.length };
    }),
  );
  manifests.delete(digest);
  const changed = { ...manifest, layers: [...layers, ...manifest.layers.slice(2)] };
  await at.repository.putManifest(encodeUtf8(JSON.stringify(changed)), mediaTypes.ociManifest, undefined, signal);
}
