/** notation as the suite calls it: keys, trust policy and stores in a folder of the test's own. Files it signs by its library. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { peerPath } from "../peers/peer.ts";
import { run, runWell, type Ran } from "./run.ts";
import type { Environment } from "./server.ts";

const notation = peerPath("notation");
const notationBlob = peerPath("notation-blob");

export type Envelope = "jws" | "cose";

/** Writes the list of the keys that it signs with: FOLDER/NAME.key, each with its chain in FOLDER/NAME.pem. */
export async function listKeys(config: string, folder: string, names: readonly string[]): Promise<void> {
  const keys = names.map((name) => ({ name, keyPath: join(folder, `${name}.key`), certPath: join(folder, `${name}.pem`) }));
  await writeFile(join(config, "signingkeys.json"), JSON.stringify({ keys }));
}

export async function sign(image: string, config: string, key: string, options: readonly string[] = []): Promise<void> {
  await runWell(notation, ["sign", "--insecure-registry", "--key", key, ...options, image], { env: environment(config) });
}

/** By a key that the folder's plugin keeps; what the plugin hears of is in `env`. */
export async function signByPlugin(image: string, config: string, options: readonly string[], env: Environment = {}): Promise<Ran> {
  return run(notation, ["sign", "--insecure-registry", ...options, image], { env: { ...environment(config), ...env } });
}

/** What the folder's plugin hears of is in `env`. */
export async function verify(image: string, config: string, options: readonly string[] = [], env: Environment = {}): Promise<Ran> {
  return run(notation, ["verify", "--insecure-registry", ...options, image], { env: { ...environment(config), ...env } });
}

/** Writes FILE.jws.sig or FILE.cose.sig, by FOLDER/NAME.key and the chain in FOLDER/NAME.pem. */
export async function signFile(file: string, signer: string, envelope: Envelope, options: readonly string[] = []): Promise<void> {
  const by = ["--key", `${signer}.key`, "--certificate-chain", `${signer}.pem`];
  await runWell(notationBlob, ["sign", ...by, "--signature-format", envelope, ...options, file]);
}

/** By `trustpolicy.blob.json`. */
export async function verifyFile(file: string, signature: string, config: string, options: readonly string[] = []): Promise<Ran> {
  return run(notationBlob, ["verify", "--signature", signature, ...options, file], { env: environment(config) });
}

/** What it keeps of revocation lists lies in the folder too. */
function environment(config: string): Readonly<Record<string, string>> {
  return { NOTATION_CONFIG: config, XDG_CACHE_HOME: join(config, "cache") };
}
