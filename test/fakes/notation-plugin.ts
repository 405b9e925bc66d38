/**
 * A fake notation plugin, installed in a folder as notation installs plugins, with a key called `release`. The variable that `moods` makes
 * selects its behaviour.
 */
import type { KeyObject } from "node:crypto";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

export interface FakePlugin {
  readonly name?: string;
  readonly key: KeyObject;
  /** DER. */
  readonly chain: readonly Uint8Array[];
  /** The capabilities in its metadata. */
  readonly capabilities?: readonly string[];
}

const usual = ["SIGNATURE_GENERATOR.RAW", "SIGNATURE_VERIFIER.TRUSTED_IDENTITY"];

/** The path of its executable. */
export async function installPlugin(
  folder: string,
  { name = "com.example.fake", key, chain, capabilities = usual }: FakePlugin,
): Promise<string> {
  const metadata = JSON.stringify(metadataOf(name, capabilities));
  const home = join(folder, "plugins", name);
  await mkdir(home, { recursive: true });
  await writeFile(join(home, "key.pem"), key.export({ format: "pem", type: "pkcs8" }));
  await writeFile(join(home, "chain.json"), JSON.stringify(chain.map((der) => Buffer.from(der).toString("base64"))));
  const path = join(home, `notation-${name}`);
  const script = join(import.meta.dirname, "notation-plugin-process.cjs");
  // The shell gives the constant answers, since it starts sooner than Node.
  await writeFile(
    path,
    `#!/bin/sh
case "$1:$FAKE_PLUGIN" in
  *"\\"$1\\""*) ;;
  get-plugin-metadata:*) cat > /dev/null; echo '${metadata}'; exit ;;
  describe-key:*) cat > /dev/null; echo '{"keyId":"release","keySpec":"EC-256"}'; exit ;;
esac
exec '${process.execPath}' '${script}' "$0" "$1"
`,
  );
  await chmod(path, 0o755);
  await writeFile(join(home, "metadata.json"), metadata);
  return path;
}

const metadataOf = (name: string, capabilities: readonly string[]): object => ({
  name,
  description: "A plugin that tests are made with",
  version: "1.2.3",
  url: "https://example.com",
  supportedContractVersions: ["1.0"],
  capabilities,
});

/** For each command: members that replace those of its usual answer, or another behaviour. */
export type Moods = Readonly<Record<string, string | Readonly<Record<string, unknown>>>>;

export function moods(by: Moods): Readonly<Record<string, string>> {
  return { FAKE_PLUGIN: JSON.stringify(by) };
}
