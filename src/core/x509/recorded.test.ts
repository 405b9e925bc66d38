/** Certificates of the public sigstore instance and of signatures made with it, where the corpora are available. */
import { globSync, readFileSync } from "node:fs";
import { corporaFolder, corpusPath, skipWithout } from "../../../test/fakes/corpora.ts";

/** The reason to skip a test; false where the corpora are available. */
export const recordedSkip: string | false = skipWithout("sigstore-root-targets", "sigstore-conformance");

const rawBytes = /"rawBytes":\s*"(MII[A-Za-z0-9+/=]+)"/g;

/** DER, without duplicates, of the trusted root and the conformance cases of these names; undefined where there are no corpora. */
export function recorded(cases = "*"): readonly Uint8Array[] | undefined {
  if (recordedSkip !== false) return undefined;
  const files = [
    "sigstore-root-targets/trusted_root.json",
    ...globSync(`sigstore-conformance/bundle-verify/${cases}/bundle.sigstore.json`, { cwd: corporaFolder }),
  ];
  const found = files.flatMap((file) => Array.from(readFileSync(corpusPath(file), "utf8").matchAll(rawBytes), ([, base64 = ""]) => base64));
  return [...new Set(found)].map((base64) => Buffer.from(base64, "base64"));
}
