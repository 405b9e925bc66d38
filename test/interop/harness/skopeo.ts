/** skopeo as a verifier: it copies an image only if its policy, containers-policy.json(5), finds a signature by the key. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run, type Ran } from "./run.ts";

export async function verify(image: string, keyPrefix: string): Promise<Ran> {
  const folder = await mkdtemp(join(tmpdir(), "touchmark-skopeo-"));
  try {
    const policy = join(folder, "policy.json");
    const signedBy = { type: "sigstoreSigned", keyPath: `${keyPrefix}.pub`, signedIdentity: { type: "matchRepository" } };
    await writeFile(policy, JSON.stringify({ default: [{ type: "reject" }], transports: { docker: { "": [signedBy] } } }));
    const registries = join(folder, "registries.d");
    await mkdir(registries);
    await writeFile(join(registries, "all.yaml"), JSON.stringify({ "default-docker": { "use-sigstore-attachments": true } })); // JSON is YAML too
    const options = ["--policy", policy, "--registries.d", registries];
    return await run("skopeo", [...options, "copy", "--src-tls-verify=false", `docker://${image}`, `dir:${join(folder, "image")}`]);
  } finally {
    await rm(folder, { recursive: true });
  }
}
