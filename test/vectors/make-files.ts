/**
 * Makes the signatures in files/ anew: real ones, of one file, by the pinned cosign.
 * `npm run peers && node test/vectors/make-files.ts`
 */
import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { attestFile, signFile } from "../interop/harness/cosign.ts";
import { keyKinds, makeKeys } from "../interop/harness/keys.ts";

const folder = join(import.meta.dirname, "files");
const file = join(folder, "file.txt");
const work = await mkdtemp(join(tmpdir(), "touchmark-vectors-"));
try {
  await mkdir(folder, { recursive: true });
  await writeFile(file, "what is signed\n");
  const predicate = join(work, "predicate.json");
  await writeFile(predicate, '{"verified":true}');
  const prefix = await makeKeys(work);
  const p256 = prefix("ecdsa-p256");
  for (const { name } of keyKinds) {
    await signFile(file, join(folder, `${name}.json`), prefix(name));
    await copyFile(`${prefix(name)}.pub`, join(folder, `${name}.pub`));
  }
  await attestFile(file, join(folder, "attestation.json"), p256, ["--type", "https://example.com/build/v1", "--predicate", predicate]);
  await copyFile(`${p256}.pub`, join(folder, "attestation.pub"));
} finally {
  await rm(work, { recursive: true });
}
