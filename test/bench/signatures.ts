/** Any number of good signatures on one image: bundles, put into the registry as they are made. */
import { mapBounded } from "../../src/core/async/map-bounded.ts";
import { digestOf } from "../../src/core/digest.ts";
import { preAuthEncoding } from "../../src/core/envelopes/dsse.ts";
import type { SignatureClaim } from "../../src/core/evidence.ts";
import { emptyConfig, mediaTypes, type Descriptor } from "../../src/core/oci/manifest.ts";
import { bundleHint } from "../../src/core/keys/public-key.ts";
import type { Signer } from "../../src/core/signer.ts";
import { statementPayloadType } from "../../src/core/statements/statement.ts";
import { bundleManifest, predicateTypeAnnotation } from "../../src/formats/bundle/referrer.ts";
import { encodeSignStatement, signPredicateType } from "../../src/formats/bundle/sign-statement.ts";
import { bundleMediaType, encodeBundle } from "../../src/formats/bundle/sigstore-bundle.ts";
import { benchClient } from "./client.ts";

const atOnce = 16;
const signal = new AbortController().signal;

export interface Pushed {
  readonly bundle: Uint8Array;
  readonly predicateType: string;
}

/** The registry has no referrers API, so that an index under the fallback tag lists them. */
export async function pushSignatures(url: string, image: Descriptor, signer: Signer, count: number): Promise<void> {
  await pushBundles(url, image, count, () => signature(image, signer));
}

/** As many bundles, each made when its turn has come. The index has the annotations of each, as the OCI asks for. */
export async function pushBundles(url: string, image: Descriptor, count: number, make: (i: number) => Promise<Pushed>): Promise<void> {
  const client = benchClient(url, atOnce);
  const pushBlob = (bytes: Uint8Array): Promise<void> =>
    client.pushBlob({ parts: [Buffer.from(bytes), Buffer.alloc(0)], digest: digestOf(bytes), size: bytes.length });
  try {
    await pushBlob(emptyConfig.bytes);
    const manifests = await mapBounded(Array.from(Array(count).keys()), atOnce, async (i) => {
      const made = await make(i);
      await pushBlob(made.bundle);
      const manifest = bundleManifest({ ...made, subject: image, at: Date.now() });
      const digest = digestOf(manifest);
      await client.putManifest(digest, mediaTypes.ociManifest, manifest);
      const annotations = { [predicateTypeAnnotation]: made.predicateType };
      return { mediaType: mediaTypes.ociManifest, digest, size: manifest.length, artifactType: bundleMediaType, annotations };
    });
    const index = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests }));
    await client.putManifest(image.digest.replace(":", "-"), mediaTypes.ociIndex, index);
  } finally {
    client.close();
  }
}

/** None is like another: ECDSA draws a random number for each. */
export async function signature(image: Descriptor, signer: Signer): Promise<Pushed> {
  const claim: SignatureClaim = { kind: "signature", subject: image.digest, annotations: {} };
  const payload = encodeSignStatement(claim);
  const content = { kind: "envelope", payload, payloadType: statementPayloadType } as const;
  const made = await signer.sign({ bytes: preAuthEncoding(statementPayloadType, payload), content, claim }, signal);
  const bundle = encodeBundle({ payload, payloadType: statementPayloadType }, made.signature, { hint: bundleHint(made.by.publicKey) });
  return { bundle, predicateType: signPredicateType };
}
