/** Signatures that notation 1.3.2 made: each verifies, and written anew from what it says is the same, byte for byte. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import { encodeUtf8 } from "../../core/bytes.ts";
import { digestOf } from "../../core/digest.ts";
import type { Instant } from "../../core/instant.ts";
import { mediaTypes } from "../../core/oci/manifest.ts";
import { parsePem } from "../../core/asn1/pem.ts";
import { parseCertificate, type Certificate } from "../../core/x509/certificate.ts";
import { parseTrustedName } from "../../trust/notation/trusted-names.ts";
import { cose } from "./cose-envelope.ts";
import { parseEnvelope } from "./envelope.ts";
import { type Trusted, day, summary, verifyMade } from "./fixture.test.ts";
import { jws } from "./jws-envelope.ts";
import { encodeNotaryPayload, parseNotaryPayload } from "./payload.ts";
import { encodeSignatureManifest } from "./signature-manifest.ts";

const folder = join(import.meta.dirname, "../../../test/vectors/notation");
const vectors = readdirSync(folder);

function load(name: string) {
  const read = (file: string): Uint8Array => readFileSync(join(folder, name, file));
  const certificates = (file: string): readonly Certificate[] =>
    existsSync(join(folder, name, file)) ? parsePem(read(file), file).map(({ bytes }) => parseCertificate(bytes)) : [];
  const kind = name.startsWith("jws") ? jws : cose;
  const layer = read(kind === jws ? "envelope.json" : "envelope.cose");
  const envelope = parseEnvelope(kind, layer);
  const trusted: Trusted = {
    name: "vector",
    stores: { ca: certificates("root.pem"), signingAuthority: [], tsa: certificates("tsa.pem") },
    identities: [parseTrustedName("x509.subject:C=US, ST=WA, O=acme, CN=release", "identity")],
    verifyTimestamp: "always",
    revocation: "skip",
  };
  return {
    kind,
    layer,
    envelope,
    image: read("image.json"),
    manifest: read("manifest.json"),
    trusted,
    signedAt: envelope.attributes.signingTime,
  };
}

suite("signatures of notation 1.3.2", () => {
  test("are there for both envelopes and every algorithm", () => {
    const algorithms = ["ps256", "ps384", "ps512", "es256", "es384", "es512"];
    for (const kind of ["jws", "cose"]) for (const algorithm of algorithms) assert.ok(vectors.includes(`${kind}-${algorithm}`));
  });

  for (const name of vectors) {
    test(`${name} verifies`, async () => {
      const { layer, manifest, image, trusted, signedAt } = load(name);
      const finding = await verifyMade({ envelope: layer, manifest }, { trusted, of: image, at: signedAt + 60_000 });
      const expected = ["format", "signature", "certificate", "identity", "validity", "subject"];
      if (name.endsWith("expiring")) expected.splice(5, 0, "expiry");
      if (name.endsWith("timestamped")) expected.splice(4, 0, "timestamp");
      assert.deepEqual(summary(finding), expected, JSON.stringify(finding.checks));
      assert.equal(finding.signer?.kind === "x509" && finding.signer.subject, "CN=release,O=acme,L=Seattle,ST=WA,C=US");
      const annotations = finding.claim?.kind === "signature" ? { ...finding.claim.annotations } : undefined;
      assert.deepEqual(annotations, name.endsWith("annotated") ? { build: "42", stage: "production" } : {});
      assert.equal(finding.verifiedTimestamps.length, name.endsWith("timestamped") ? 1 : 0);
    });

    test(`${name} is written as notation writes it`, () => {
      const { kind, layer, envelope, image, manifest, signedAt } = load(name);
      assert.deepEqual(Buffer.from(kind.toBeSigned(envelope)), Buffer.from(envelope.toBeSigned));
      assert.deepEqual(Buffer.from(kind.encode({ ...envelope, agent: "notation-go/1.3.2" })), layer);
      const target = parseNotaryPayload(envelope.payload);
      assert.equal(target.size, image.length);
      // COSE's payload has the same members in another order; notation sorts them for JWS.
      const payload = Buffer.from(encodeNotaryPayload(target, target.annotations ?? {}));
      if (kind === jws) assert.deepEqual(payload, envelope.payload);
      else assert.deepEqual(JSON.parse(payload.toString()), JSON.parse(Buffer.from(envelope.payload).toString()));
      const subject = { ...target, mediaType: mediaTypes.ociManifest, digest: digestOf(image) };
      const written = encodeSignatureManifest({
        envelope: layer,
        envelopeType: kind.mediaType,
        chain: envelope.chain,
        subject,
        at: signedAt,
      });
      assert.equal(Buffer.from(written).toString(), Buffer.from(manifest).toString());
    });
  }

  test("do not verify for another image, with another root, or for another name", async () => {
    for (const name of ["jws-es256", "cose-ps512"]) {
      const { layer, manifest, image, trusted, signedAt: at } = load(name);
      const made = { envelope: layer, manifest };
      const other = await verifyMade(made, { trusted, of: encodeUtf8("{}"), at });
      assert.equal(summary(other).at(-1), "subject SUBJECT_MISMATCH");
      const stranger = { ...trusted, stores: { ...trusted.stores, ca: [] } };
      assert.ok(summary(await verifyMade(made, { trusted: stranger, of: image, at })).includes("certificate CERTIFICATE_UNTRUSTED"));
      const identities = [parseTrustedName("x509.subject:C=US, ST=WA, O=acme, CN=other", "identity")];
      assert.ok(
        summary(await verifyMade(made, { trusted: { ...trusted, identities }, of: image, at })).includes("identity IDENTITY_MISMATCH"),
      );
    }
  });

  test("with a timestamp hold when they are old, without one until the certificates end", async () => {
    for (const kind of ["jws", "cose"]) {
      const codes = async (name: string, at: Instant, change: Partial<Trusted> = {}) => {
        const { layer, manifest, image, trusted } = load(`${kind}-${name}`);
        return summary(await verifyMade({ envelope: layer, manifest }, { trusted: { ...trusted, ...change }, of: image, at }));
      };
      const late = Date.UTC(2126, 0, 2);
      assert.deepEqual((await codes("timestamped", late)).slice(4), ["timestamp", "validity", "subject"]);
      assert.deepEqual((await codes("timestamped", late, { verifyTimestamp: "afterCertExpiry" })).slice(4), [
        "timestamp",
        "validity",
        "subject",
      ]);
      assert.deepEqual((await codes("timestamped", late - 2 * day, { verifyTimestamp: "afterCertExpiry" })).slice(4), [
        "validity",
        "timestamp",
        "validity",
        "subject",
      ]);
      assert.deepEqual((await codes("es256", late)).slice(4), ["validity EXPIRED", "subject"]);
      assert.deepEqual((await codes("expiring", late)).slice(4), ["validity EXPIRED", "expiry EXPIRED", "subject"]);
    }
  });
});
