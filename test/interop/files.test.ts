/** Files: what one of the two signs, the other verifies. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import * as cosign from "./harness/cosign.ts";
import { keyKinds, makeKeys, type KeyKind } from "./harness/keys.ts";
import * as touchmark from "./harness/touchmark.ts";

const signers = { cosign, touchmark };

describe("a file", { concurrency: 2 }, () => {
  let folder: string;
  let key: (name: string) => string;
  let file: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "touchmark-files-"));
    key = await makeKeys(folder);
    file = join(folder, "file");
    await writeFile(file, Buffer.alloc(3_000_000, "what is signed"));
  });
  after(() => rm(folder, { recursive: true }));

  for (const signer of ["cosign", "touchmark"] as const) {
    for (const kind of keyKinds) {
      test(`signed by ${signer} with ${kind.name}`, async () => {
        const bundle = join(folder, `${signer}-${kind.name}.json`);
        await signers[signer].signFile(file, bundle, key(kind.name));
        const ours = await touchmark.verifyFile(file, bundle, key(kind.name));
        assert.equal(ours.status, 0, ours.stdout + ours.stderr);
        // cosign signs Ed25519 pre-hashed, and does not verify that.
        if (signer === "cosign" && kind.name === "ed25519") return;
        const theirs = await cosign.verifyFile(file, bundle, key(kind.name), toldHash(kind));
        assert.equal(theirs.status, 0, theirs.stderr);
      });
    }

    test(`signed by ${signer}, and then another file, or with another key`, async () => {
      const bundle = join(folder, `${signer}-refused.json`);
      await signers[signer].signFile(file, bundle, key("ecdsa-p256"));
      const other = join(folder, `${signer}-other`);
      await writeFile(other, "something else");
      for (const [what, by] of [
        [other, "ecdsa-p256"],
        [file, "other"],
      ] as const) {
        assert.equal((await touchmark.verifyFile(what, bundle, key(by))).status, 12);
        assert.equal((await cosign.verifyFile(what, bundle, key(by))).status, 1);
      }
    });
  }

  test("is signed by touchmark in the words of cosign", async () => {
    const [ours, theirs] = await Promise.all(
      (["touchmark", "cosign"] as const).map(async (signer) => {
        const bundle = join(folder, `${signer}-words.json`);
        await signers[signer].signFile(file, bundle, key("rsa-2048")); // the same signature every time
        return readFile(bundle, "utf8");
      }),
    );
    assert.equal(ours, theirs);
  });

  test("has an attestation by cosign, which cosign takes for a signature and touchmark does not", async () => {
    const bundle = join(folder, "attestation.json");
    const predicate = join(folder, "predicate.json");
    await writeFile(predicate, '{"tests":"failed"}');
    await cosign.attestFile(file, bundle, key("ecdsa-p256"), ["--type", "https://example.com/tests/v1", "--predicate", predicate]);
    assert.equal((await cosign.verifyFile(file, bundle, key("ecdsa-p256"))).status, 0);
    assert.equal((await touchmark.verifyFile(file, bundle, key("ecdsa-p256"))).status, 10);
  });
});

/** cosign verifies with SHA-256 unless it is told. */
function toldHash({ hash }: KeyKind): readonly string[] {
  return hash === "sha256" ? [] : ["--signature-digest-algorithm", hash];
}
