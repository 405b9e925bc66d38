/**
 * Verifications of one bundle by certificate, in one process: ours, those of `@sigstore/verify`, and bare signatures of the same
 * kinds over as many bytes, which OpenSSL has to verify whoever asks. All in turns, by the time of the processor.
 */
import { createRequire } from "node:module";
import { toSignedEntity, toTrustMaterial, Verifier, type SignedEntity } from "@sigstore/verify";
import { foundOf, subjectOf } from "../vectors/load.ts";
import { sigstoreInstance } from "../fakes/sigstore-instance.ts";
import { encodeUtf8 } from "../../src/core/bytes.ts";
import { digestOf } from "../../src/core/digest.ts";
import { emptyConfig, mediaTypes } from "../../src/core/oci/manifest.ts";
import { bundle } from "../../src/formats/bundle/bundle.ts";
import { bundleMediaType } from "../../src/formats/bundle/sigstore-bundle.ts";
import { parseTrustedRoot } from "../../src/trust/parse-trusted-root.ts";
import type { ImageSubject } from "../../src/core/subject.ts";
import { makeTrust } from "../../src/trust/trust.ts";
import { bare, compare, ratio, row, type BareSignature, type Work } from "./processor-time.ts";
import type { Table } from "./report.ts";

const { signal } = new AbortController();
const at = Date.UTC(2026, 10, 21);
const workflow = { identity: "https://builds.example/release.yml", issuer: "https://issuer.example" };

/** What is signed in such a bundle, and by how much: those that are new with each bundle, and those that only the trusted root changes. */
const ofBundle: readonly BareSignature[] = [
  ["P-256", 480], // the certificate
  ["P-256", 400], // the certificate log's timestamp of it
  ["Ed25519", 70], // the log's checkpoint
  ["P-256", 150], // the timestamp
  ["P-256", 330], // the statement
];
const ofRoot: readonly BareSignature[] = [
  ["P-256", 220], // the authority that issued the certificate
  ["P-256", 230], // the one that stamps
];

export async function benchKeyless(): Promise<Table> {
  const instance = sigstoreInstance(at);
  const subject = subjectOf(encodeUtf8('{"an":"image"}'));
  const bytes = instance.sign(subject.descriptor, workflow);
  const touchmark = touchmarkOf(instance.trustedRoot, subject, bytes);
  const signatures = await compare(touchmark, bare([...ofBundle, ...ofRoot]));
  const newOnes = await compare(touchmark, bare(ofBundle));
  const sigstore = await compare(touchmark, sigstoreOf(instance.trustedRoot, bytes));
  return {
    columns: ["a bundle by certificate", "processor time", "a second", "Touchmark's rate beside it", "wanted"],
    rows: [
      row("Touchmark", signatures.ours),
      [...row(`its ${ofBundle.length + ofRoot.length} signatures alone`, signatures.theirs), ratio(signatures), "at least 0.5"],
      [...row(`the ${ofBundle.length} of them that no other bundle has`, newOnes.theirs), ratio(newOnes)],
      [...row("@sigstore/verify 4.1.3", sigstore.theirs), ratio(sigstore)],
    ].map((cells) => [...cells, "", ""].slice(0, 5)),
  };
}

function touchmarkOf(trustedRoot: string, subject: ImageSubject, bytes: Uint8Array): Work {
  const trust = makeTrust({ roots: [parseTrustedRoot(encodeUtf8(trustedRoot), "root")] });
  const layer = { mediaType: bundleMediaType, digest: digestOf(bytes), size: bytes.length };
  const manifest = { schemaVersion: 2, mediaType: mediaTypes.ociManifest, config: emptyConfig.descriptor, layers: [layer] };
  const found = foundOf(encodeUtf8(JSON.stringify(manifest)), { kind: "referrers" });
  const blobs = new Map([[layer.digest, bytes]]);
  return async () => {
    for (const evidence of (await bundle.recognise(found)?.read(blobs, signal)) ?? []) {
      const { checks } = await bundle.verify(evidence, subject, trust, at);
      if (checks.length !== 8 || checks.some(({ outcome }) => outcome !== "passed")) throw new Error(JSON.stringify(checks));
    }
  };
}

function sigstoreOf(trustedRoot: string, bytes: Uint8Array): Work {
  // What reads their documents comes with their package, whose types do not show it.
  const require = createRequire(createRequire(import.meta.url).resolve("@sigstore/verify"));
  const read: { bundleFromJSON: (json: unknown) => Parameters<typeof toSignedEntity>[0] } = require("@sigstore/bundle");
  const roots: {
    TrustedRoot: { fromJSON: (json: unknown) => Parameters<typeof toTrustMaterial>[0] };
  } = require("@sigstore/protobuf-specs");
  const material = toTrustMaterial(roots.TrustedRoot.fromJSON(JSON.parse(trustedRoot)));
  const verifier = new Verifier(material, { tlogThreshold: 1, ctlogThreshold: 1, timestampThreshold: 1 });
  const text = Buffer.from(bytes);
  return () => {
    const entity: SignedEntity = toSignedEntity(read.bundleFromJSON(JSON.parse(text.toString())));
    verifier.verify(entity, { subjectAlternativeName: workflow.identity, extensions: { issuer: workflow.issuer } });
  };
}
