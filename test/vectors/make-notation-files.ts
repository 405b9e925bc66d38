/**
 * Makes the signatures in notation-files/ anew: real ones, by notation's library, with keys of the moment whose certificates hold for a
 * hundred years: `npm run peers && node test/vectors/make-notation-files.ts`.
 */
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keyPairs } from "../../src/formats/notation/fixture.test.ts";
import { makeCompany, pem } from "../fakes/notary.ts";
import { signFile } from "../interop/harness/notation.ts";

const folder = join(import.meta.dirname, "notation-files");
const work = await mkdtemp(join(tmpdir(), "touchmark-vectors-"));
try {
  const acme = await makeCompany(work, "acme", { notBefore: Date.UTC(2026, 0, 1), notAfter: Date.UTC(2126, 0, 1) });
  await writeFile(join(folder, "root.pem"), pem(acme.root));
  await copyFile(join(folder, "file.txt"), join(work, "file.txt"));
  for (const envelope of ["jws", "cose"] as const) {
    for (const [algorithm, make] of Object.entries(keyPairs)) {
      await acme.signer(algorithm, { key: make() });
      await keep(algorithm.toLowerCase(), algorithm, envelope);
    }
    await keep("annotated", "ES256", envelope, ["--user-metadata", "stage=production", "--media-type", "text/plain"]);
    await keep("expiring", "ES384", envelope, ["--expiry", "24h"]);
  }
} finally {
  await rm(work, { recursive: true });
}

async function keep(name: string, signer: string, envelope: "jws" | "cose", options: readonly string[] = []): Promise<void> {
  await signFile(join(work, "file.txt"), join(work, signer), envelope, options);
  await writeFile(join(folder, `${name}.${envelope}.sig`), await readFile(join(work, `file.txt.${envelope}.sig`)));
}
