/**
 * The result of the plugin that a signature names (Notary Project, plugin-extensibility, "Verification workflow using plugin"). It adds to
 * our own checks: a plugin can refuse, and process attributes unknown to us, but its answer replaces neither our trust in a certificate nor
 * the check of an identity that we can read.
 */
import { malformed } from "../core/errors.ts";
import { factKey, type Facts } from "../core/facts/facts.ts";
import type { PluginCheck, PluginQuestion } from "../core/facts/plugin.ts";
import type { Check, X509Signer } from "../core/finding.ts";
import { Fields, parseJson } from "../core/json/json.ts";
import type { Authority, CertificateSource } from "./authority.ts";

export interface PluginChecks {
  /** The check of the signer's identity; absent if no plugin is named or checks it. */
  readonly identity?: Check;
  /** All other checks. */
  readonly checks: readonly Check[];
  readonly needs: readonly PluginQuestion[];
}

interface Kind {
  readonly name: "identity" | "revocation";
  readonly about: string;
  readonly code: "IDENTITY_MISMATCH" | "REVOKED";
}
const kinds: Readonly<Record<PluginCheck, Kind>> = {
  "SIGNATURE_VERIFIER.TRUSTED_IDENTITY": { name: "identity", about: "who signed", code: "IDENTITY_MISMATCH" },
  "SIGNATURE_VERIFIER.REVOCATION_CHECK": { name: "revocation", about: "revocation", code: "REVOKED" },
};

/** Gives no checks if no plugin is named. */
export function checkPlugin(
  { plugin }: X509Signer,
  { subjects }: CertificateSource,
  { revocation }: Pick<Authority, "revocation">,
  facts: Facts,
): PluginChecks {
  if (!plugin) return { checks: [], needs: [] };
  const question: PluginQuestion = {
    kind: "plugin",
    ...plugin,
    trustedIdentities: subjects === "any" ? ["*"] : subjects.map(({ text }) => text),
    wanted: ["SIGNATURE_VERIFIER.TRUSTED_IDENTITY", ...(revocation === "none" ? [] : (["SIGNATURE_VERIFIER.REVOCATION_CHECK"] as const))],
  };
  const answer = facts.get(factKey(question));
  const name = JSON.stringify(plugin.plugin.slice(0, 100));
  if (!answer) return undecided(`needs the plugin ${name}, which was not asked`, [question]);
  if ("code" in answer) return undecided(`needs the plugin ${name}: ${answer.message}`);
  return { ...readAnswer(answer.bytes, question), needs: [] };
}

function undecided(detail: string, needs: readonly PluginQuestion[] = []): PluginChecks {
  const check = { outcome: "undecided", code: "UNDECIDED", detail } as const;
  return { identity: { name: "identity", ...check }, checks: [{ name: "plugin", ...check }], needs };
}

/** Parses the plugin's answer; a plugin that answers has processed the attributes. */
function readAnswer(bytes: Uint8Array, { wanted }: PluginQuestion): Pick<PluginChecks, "identity" | "checks"> {
  const answer = new Fields(parseJson(bytes, "the plugin's answer"), "the plugin's answer");
  const who = `${answer.string("name")} ${answer.string("version")} (sha256:${answer.string("digest")})`;
  const results = answer.fields("results");
  const said = wanted.filter((check) => results.has(check)).map((check) => checkOf(results.fields(check), kinds[check], who));
  const identity = said.find(({ name }) => name === "identity");
  const others = said.filter((check) => check !== identity);
  return {
    ...(identity && { identity }),
    checks: [...others, { name: "plugin", outcome: "passed", detail: `${who} knows its attributes` }],
  };
}

function checkOf(result: Fields, { name, about, code }: Kind, who: string): Check {
  const reason = result.string("reason");
  const words = reason === "" ? "" : `: ${reason}`;
  const success = result.get("success");
  if (success === true) return { name, outcome: "passed", detail: `${who} accepts ${about}${words}` };
  if (success !== false) throw malformed(`${result.at}.success is not true or false`);
  return { name, outcome: "failed", code, detail: `${who} refuses ${about}${words}` };
}
