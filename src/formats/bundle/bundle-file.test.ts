/** Bundles of files that cosign made, and our own. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { decodeUtf8, encodeUtf8, fromBase64 } from "../../core/bytes.ts";
import { digestOf } from "../../core/digest.ts";
import type { FileSubject } from "../../core/file-subject.ts";
import { outcomeOf, type Finding } from "../../core/finding.ts";
import { parsePublicKey } from "../../trust/parse-public-key.ts";
import { makeTrust, type Trust } from "../../trust/trust.ts";
import { bundle as format } from "./bundle.ts";

const folder = join(import.meta.dirname, "../../../test/vectors/files");
const read = (name: string): Uint8Array => readFileSync(join(folder, name));
const bytes = read("file.txt");
const file: FileSubject = { kind: "file", reference: "file.txt", digest: digestOf(bytes), bytes };
const byDigest: FileSubject = { kind: "file", reference: file.digest, digest: file.digest };
const names = readdirSync(folder).flatMap((name) => (name.endsWith(".pub") ? [name.slice(0, -4)] : []));
const { signal } = new AbortController();
const at = Date.UTC(2026, 10, 21);

function trustOf(name: string): Trust {
  return makeTrust({ keys: [{ name: `${name}.pub`, publicKey: parsePublicKey(read(`${name}.pub`), name) }] });
}

async function verify(bundle: Uint8Array, about: FileSubject, trust: Trust): Promise<Finding> {
  return format.verify(await format.files.read(bundle, "bundle.json", signal), about, trust, at);
}

function codesOf({ checks }: Finding): readonly string[] {
  return checks.flatMap((check) => (check.outcome === "passed" ? [] : [check.code]));
}

describe("a bundle of a file", () => {
  for (const name of names) {
    it(`of cosign holds: ${name}`, async () => {
      const bundle = read(`${name}.json`);
      assert.ok(format.files.owns(bundle));
      const finding = await verify(bundle, file, trustOf(name));
      assert.deepEqual(codesOf(finding), []);
      assert.equal(finding.claim?.kind, name === "attestation" ? "attestation" : "signature");
      assert.equal(finding.claim?.subject, file.digest);
      assert.equal(finding.manifest, undefined);
      assert.equal(finding.layer, digestOf(bundle));

      const blind = await verify(bundle, byDigest, trustOf(name));
      assert.deepEqual(codesOf(blind), name === "ecdsa-p256" || name === "attestation" ? [] : ["UNSUPPORTED"]);
      assert.notEqual(outcomeOf(blind), "failed");
    });

    it(`of cosign is of no other file, and by no other key: ${name}`, async () => {
      const other = encodeUtf8("something else");
      for (const about of [{ digest: digestOf(other), bytes: other }, { digest: digestOf(other) }]) {
        const finding = await verify(read(`${name}.json`), { kind: "file", reference: "other", ...about }, trustOf(name));
        // No SHA-256 in the bundle tells them apart, and only the file would.
        const isBlind = !about.bytes && ["ecdsa-p384", "ecdsa-p521", "ed25519"].includes(name);
        assert.equal(outcomeOf(finding), isBlind ? "undecided" : "failed");
      }
      const stranger = names.find((one) => one !== name && one !== "attestation") ?? "";
      const finding = await verify(read(`${name}.json`), file, trustOf(stranger === "ecdsa-p256" ? "rsa-2048" : stranger));
      assert.equal(outcomeOf(finding), name === "rsa-2048" ? "passed" : "failed");
    });
  }

  for (const name of ["ecdsa-p256", "rsa-2048"]) {
    it(`is written as cosign writes it, byte for byte (${name})`, async () => {
      const [trusted] = trustOf(name).keys;
      assert.ok(trusted);
      const theirs = decodeUtf8(read(`${name}.json`));
      const signature = fromBase64(JSON.parse(theirs).messageSignature.signature);
      const writer = await format.writers.signature.open();
      const ours = await writer.assemble({ bytes }, file, { signature, by: { publicKey: trusted.publicKey } }, at);
      assert.ok(ours.kind === "file");
      assert.equal(decodeUtf8(ours.bytes), theirs);
    });
  }

  it("survives any bytes, and says that they are none", async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.uint8Array({ maxLength: 500 }), fc.json().map(encodeUtf8)), async (junk) => {
        assert.ok(!format.files.owns(junk));
        assert.notEqual(outcomeOf(await verify(junk, file, trustOf("ecdsa-p256"))), "passed");
      }),
    );
  });

  it("survives any change of a byte, and none changes what is claimed", async () => {
    for (const name of ["ecdsa-p256", "attestation"]) {
      const bundle = read(`${name}.json`);
      const original = await verify(bundle, file, trustOf(name));
      await fc.assert(
        fc.asyncProperty(fc.nat(bundle.length - 1), fc.integer({ min: 1, max: 255 }), async (index, flip) => {
          const altered = Uint8Array.from(bundle, (byte, i) => (i === index ? byte ^ flip : byte));
          for (const about of [file, byDigest]) {
            const finding = await verify(altered, about, trustOf(name));
            if (outcomeOf(finding) !== "passed") continue;
            assert.deepEqual(finding.claim, original.claim);
            assert.deepEqual(finding.signer, original.signer);
          }
        }),
        { numRuns: 100 },
      );
    }
  });
});
