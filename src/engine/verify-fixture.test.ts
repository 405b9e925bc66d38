/** Images in memory, their signers, and the policies for them. */
import type { MemoryRepository } from "../../test/fakes/memory-repository.ts";
import { person, putReferrer, type Person } from "../../test/fakes/signers.ts";
import type { Descriptor } from "../core/oci/manifest.ts";
import type { Recorder } from "../core/recorder.ts";
import { parseReference } from "../core/oci/reference.ts";
import type { Repository } from "../core/repository.ts";
import type { Verdict } from "../core/verdict.ts";
import { formats } from "../formats/all.ts";
import { anyKeyOf } from "../../test/fakes/expectation.ts";
import type { Trust } from "../trust/trust.ts";
import type { EvidenceLimits } from "./limits.ts";
import { sign } from "./sign.ts";
import { verify } from "./verify.ts";

export const at: number = Date.UTC(2026, 10, 21);
export const signal: AbortSignal = new AbortController().signal;
export const alice: Person = person("alice");
export const mallory: Person = person("mallory");
export const bundleType = "application/vnd.dev.sigstore.bundle.v0.3+json";
export const nobodyListens: Recorder = { record: async () => undefined };

export async function signed(
  by: Person,
  repository: MemoryRepository,
  reference: string,
  format = "bundle",
  annotations: Readonly<Record<string, string>> = {},
): Promise<void> {
  await sign(repository, parseReference(reference), {
    formats: formats.filter(({ name }) => name === format),
    signer: by.signer,
    annotations: { stage: "production", ...annotations },
    at,
    recorder: nobodyListens,
    recursive: false,
    force: false,
    signal,
  });
}

export interface Asked {
  /** Alice's, unless given. */
  readonly trust?: Trust;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly recursive?: boolean;
  readonly recorder?: Recorder;
  readonly limits?: Partial<EvidenceLimits>;
  readonly signal?: AbortSignal;
}

export async function verifyAll(
  repository: Repository,
  reference: string,
  { trust = alice.trust, annotations = {}, ...asked }: Asked = {},
): Promise<readonly Verdict[]> {
  return verify(repository, parseReference(reference), {
    formats,
    basis: anyKeyOf(trust, annotations),
    at,
    recorder: nobodyListens,
    recursive: false,
    signal,
    ...asked,
  });
}

export async function answer(repository: Repository, reference = "registry.example/app:1", asked: Asked = {}): Promise<string> {
  const [verdict] = await verifyAll(repository, reference, asked);
  return verdict?.reason ? `${verdict.decision} ${verdict.reason.code}` : (verdict?.decision ?? "none");
}

export function referrer(repository: Repository, subject: Descriptor, bytes: Uint8Array): Promise<Descriptor> {
  return putReferrer(repository, { subject, artifactType: bundleType, layer: { mediaType: bundleType, bytes } });
}
