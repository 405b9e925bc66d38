/** Third-party corpora to begin with: the files of each that a target may read. */
import { globSync, statSync } from "node:fs";
import { join } from "node:path";
import { corporaFolder } from "../fakes/corpora.ts";

const patterns: Readonly<Record<string, readonly string[]>> = {
  bundle: ["sigstore-conformance/bundle-verify/*", "slsa-verifier/**"],
  "trusted-root": ["sigstore-root-targets", "sigstore-conformance/bundle-verify/*"],
  "signing-config": ["sigstore-root-targets"],
  "timestamp-token": ["rfc3161/*", "notation-verifier/timestamp"],
  cms: ["rfc3161/*"],
  crl: ["notation-core/crl"],
  "notation-jws": ["notation-envelopes", "notation-verifier/verifier"],
  "notation-cose": ["notation-verifier/verifier"],
  "notary-metadata": ["docker-content-trust/trust_data/**"],
  "simple-signing": ["containers-image"],
  manifest: ["containers-image/*"],
  statement: ["slsa-verifier/**", "chains/*"],
  pem: ["containers-image", "sigstore-root-targets"],
  "public-key": ["containers-image", "sigstore-root-targets"],
  json: ["grype", "trivy"],
};

/** Folders; none where there is no corpus for the target. */
export function corpusSeeds(target: string): readonly string[] {
  const found = globSync([...(patterns[target] ?? [])], { cwd: corporaFolder }).toSorted();
  return found.map((name) => join(corporaFolder, name)).filter((path) => statSync(path).isDirectory());
}
