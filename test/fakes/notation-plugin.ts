/** A plugin of notation, installed in a folder as notation installs them. What it does is said by the variable that `moods` makes. */
import type { KeyObject } from "node:crypto";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

export interface FakePlugin {
  readonly name?: string;
  readonly key: KeyObject;
  /** DER. */
  readonly chain: readonly Uint8Array[];
}

/** Where its executable lies. */
export async function installPlugin(folder: string, { name = "com.example.fake", key, chain }: FakePlugin): Promise<string> {
  const home = join(folder, "plugins", name);
  await mkdir(home, { recursive: true });
  await writeFile(join(home, "key.pem"), key.export({ format: "pem", type: "pkcs8" }));
  await writeFile(join(home, "chain.json"), JSON.stringify(chain.map((der) => Buffer.from(der).toString("base64"))));
  const path = join(home, `notation-${name}`);
  const script = join(import.meta.dirname, "notation-plugin-process.cjs");
  await writeFile(path, `#!${process.execPath}\nrequire(${JSON.stringify(script)});\n`);
  await chmod(path, 0o755);
  return path;
}

/** By command: members of its answer in place of the usual ones, or a whole other way to behave. */
export type Moods = Readonly<Record<string, string | Readonly<Record<string, unknown>>>>;

export function moods(by: Moods): Readonly<Record<string, string>> {
  return { FAKE_PLUGIN: JSON.stringify(by) };
}
