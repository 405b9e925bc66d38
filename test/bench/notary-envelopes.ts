/** Verifications of one Notary Project signature in one process, beside bare signatures of the same kinds over as many bytes. */
import { generateKeyPairSync } from "node:crypto";
import { digestOf } from "../../src/core/digest.ts";
import type { Instant } from "../../src/core/instant.ts";
import { extensions, makeCertificate } from "../../src/core/x509/fixture.test.ts";
import type { EnvelopeKind } from "../../src/formats/notation/envelope.ts";
import { envelopeKinds } from "../../src/formats/notation/envelope-kinds.ts";
import { notation } from "../../src/formats/notation/notation.ts";
import { assembleSignature, prepareSignature } from "../../src/formats/notation/sign.ts";
import { makeTrust } from "../../src/trust/trust.ts";
import { foundOf, subjectOf } from "../vectors/load.ts";
import { bare, compare, ratio, row, type BareSignature, type Work } from "./processor-time.ts";
import type { Table } from "./report.ts";

const { signal } = new AbortController();
const at: Instant = Date.UTC(2026, 10, 21);

export async function benchEnvelopes(): Promise<Table> {
  const rows: (readonly string[])[] = [];
  for (const kind of Object.values(envelopeKinds)) {
    const { verify, signed } = await signatureIn(kind);
    const beside = await compare(verify, bare(signed));
    rows.push([...row(`Touchmark, ${kind.name}`, beside.ours), "", ""]);
    rows.push([...row(`its ${signed.length} signatures alone`, beside.theirs), ratio(beside), "at least 0.5"]);
  }
  return { columns: ["a Notary Project signature", "processor time", "a second", "Touchmark's rate beside it", "wanted"], rows };
}

interface Envelope {
  readonly verify: Work;
  /** What is signed in it. */
  readonly signed: readonly BareSignature[];
}

/** By a certificate that a root issued, all of P-256, with the root in the store. */
async function signatureIn(kind: EnvelopeKind): Promise<Envelope> {
  const keys = { root: generateKeyPairSync("ec", { namedCurve: "P-256" }), leaf: generateKeyPairSync("ec", { namedCurve: "P-256" }) };
  const asRoot = [extensions.authority(), extensions.keyCertSign];
  const root = makeCertificate({ subject: "C=US,ST=WA,O=acme,CN=root", key: keys.root, extensions: asRoot });
  const leaf = makeCertificate({
    subject: "C=US,ST=WA,O=acme,CN=release",
    issuer: "C=US,ST=WA,O=acme,CN=root",
    key: keys.leaf,
    signedBy: keys.root.privateKey,
    extensions: [extensions.digitalSignature],
  });
  const subject = subjectOf(Buffer.from('{"an":"image"}'));
  const prepared = await prepareSignature({ subject: subject.descriptor, annotations: {}, chain: [leaf, root], kind, at });
  const { blobs, manifest } = assembleSignature(prepared, prepared.scheme.sign(keys.leaf.privateKey, prepared.toBeSigned));
  const [envelope = new Uint8Array()] = blobs;
  const trust = makeTrust({ stores: { ca: [{ name: "acme", certificate: root }] } });
  const found = foundOf(manifest, { kind: "referrers" });
  const fetched = new Map([[digestOf(envelope), envelope]]);
  return {
    async verify() {
      for (const evidence of (await notation.recognise(found)?.read(fetched, signal)) ?? []) {
        const { checks } = await notation.verify(evidence, subject, trust, at);
        if (checks.length < 6 || checks.some(({ outcome }) => outcome !== "passed")) throw new Error(JSON.stringify(checks));
      }
    },
    signed: [prepared.toBeSigned.length, leaf.tbs.raw.length, root.tbs.raw.length].map((bytes) => ["P-256", bytes]),
  };
}
