/** SoftHSM, a security module in software: a token in a folder of the test's own, with keys that were made elsewhere. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { KeyPair } from "../../../src/core/x509/fixture.test.ts";
import { missing } from "../peers/debian.ts";
import { missingPkcs11js } from "../peers/pkcs11js.ts";
import { runWell } from "./run.ts";
import type { Environment } from "./server.ts";

/** Where Debian has it. */
export const modulePath = "/usr/lib/softhsm/libsofthsm2.so";
export const label = "My token";
export const pin = "1234";

/** Why no key on a token can be used here. */
export const missingTokens: string | false = missing("softhsm2-util") || missingPkcs11js();

/** Makes the token, with the keys under their names and the ids 00, 01, …; what is given back tells the module of it. */
export async function makeToken(folder: string, keys: Readonly<Record<string, KeyPair>>): Promise<Environment> {
  const tokens = join(folder, "tokens");
  const env = { SOFTHSM2_CONF: join(folder, "softhsm2.conf") };
  await mkdir(tokens);
  await writeFile(env.SOFTHSM2_CONF, `directories.tokendir = ${tokens}\nobjectstore.backend = file\n`);
  const run = (...args: readonly string[]) => runWell("softhsm2-util", ["--module", modulePath, ...args], { env });
  await run("--init-token", "--free", "--label", label, "--pin", pin, "--so-pin", "5678");
  for (const [i, [name, { privateKey }]] of Object.entries(keys).entries()) {
    const file = join(folder, `${name}.pkcs8`);
    await writeFile(file, privateKey.export({ format: "pem", type: "pkcs8" }));
    await run("--import", file, "--token", label, "--label", name, "--id", `0${i}`, "--pin", pin);
  }
  return env;
}

/** Names a key on the token, by `object=` or `id=`. */
export function uriOf(attributes: string): string {
  return `pkcs11:token=${encodeURIComponent(label)};${attributes};type=private?module-path=${modulePath}`;
}
