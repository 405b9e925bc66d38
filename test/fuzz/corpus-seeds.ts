/** Third-party corpora to begin with: the files of each that a target may read. */
import { globSync, statSync } from "node:fs";
import { join } from "node:path";
import { corporaFolder } from "../fakes/corpora.ts";

const patterns: Readonly<Record<string, readonly string[]>> = {
  bundle: ["sigstore-conformance/bundle-verify/*"],
  "trusted-root": ["sigstore-root-targets", "sigstore-conformance/bundle-verify/*"],
  "signing-config": ["sigstore-root-targets"],
  "timestamp-token": ["rfc3161/*", "notation-verifier/timestamp/countersignature"],
  cms: ["rfc3161/*"],
  crl: ["notation-core/crl"],
  "notation-jws": ["notation-envelopes", "notation-verifier/timestamp/sigEnv"],
  "notation-cose": ["notation-verifier/timestamp/sigEnv"],
  "notary-metadata": ["docker-content-trust/trust_data/**"],
  "simple-signing": ["containers-image"],
  manifest: ["containers-image/*"],
  pem: ["containers-image", "sigstore-root-targets"],
  "public-key": ["containers-image", "sigstore-root-targets"],
};

/** Folders; none where there is no corpus for the target. */
export function corpusSeeds(target: string): readonly string[] {
  const found = globSync([...(patterns[target] ?? [])], { cwd: corporaFolder }).toSorted();
  return found.map((name) => join(corporaFolder, name)).filter((path) => statSync(path).isDirectory());
}
