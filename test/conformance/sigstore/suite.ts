/** The sigstore conformance suite's bundles, and what each is to be verified with (its folder, else the suite's defaults). */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parsePublicKey } from "../../../src/trust/parse-public-key.ts";
import { parseTrustedRoot } from "../../../src/trust/parse-trusted-root.ts";
import { exactly } from "../../../src/trust/text-pattern.ts";
import { makeTrust, type Trust } from "../../../src/trust/trust.ts";

const corpora = join(import.meta.dirname, "../../../../shared/corpora");
export const folder: string = join(corpora, "sigstore-conformance/bundle-verify");
export const skip: string | false = existsSync(folder) ? false : "needs ../shared/corpora, which is not part of this repository";

export const at: number = Date.parse("2026-06-01T00:00:00Z");
const beacon =
  "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main";

export function bundleOf(name: string): Uint8Array {
  return readFileSync(join(folder, name, "bundle.sigstore.json"));
}

/** The file that is signed. */
export function messageOf(name: string): Uint8Array {
  const own = join(folder, name, "artifact");
  return readFileSync(existsSync(own) ? own : join(folder, "a.txt"));
}

export function trustOf(name: string): Trust {
  const own = (file: string): string => join(folder, name, file);
  const text = (file: string, usual: string): string => (existsSync(own(file)) ? readFileSync(own(file), "utf8").trim() : usual);
  const file = existsSync(own("trusted_root.json")) ? own("trusted_root.json") : join(corpora, "sigstore-root-targets/trusted_root.json");
  const keys = existsSync(own("key.pub")) ? [{ name: "key.pub", publicKey: parsePublicKey(readFileSync(own("key.pub")), "key.pub") }] : [];
  return makeTrust(keys, {
    roots: [parseTrustedRoot(readFileSync(file), "trusted_root.json")],
    identities: [
      {
        subject: exactly(text("identity", beacon)),
        issuer: exactly(text("issuer", "https://token.actions.githubusercontent.com")),
        claims: {},
      },
    ],
  });
}
