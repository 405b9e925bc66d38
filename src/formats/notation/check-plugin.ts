/**
 * What the plugin that a signature names says of it (Notary Project, plugin-extensibility, "Verification workflow using plugin"). Its
 * word comes on top of what is checked here: a plugin can refuse, and process attributes that nobody else knows, but it
 * cannot vouch for an identity or a certificate in place of us.
 */
import { malformed } from "../../core/errors.ts";
import { keyOf, type Facts, type PluginCheck, type PluginQuestion } from "../../core/facts.ts";
import type { Check } from "../../core/finding.ts";
import { Fields, parseJson } from "../../core/json.ts";
import type { NotationTrust } from "../../trust/notation/notation-trust.ts";
import type { NotaryEnvelope } from "./envelope.ts";
import { payloadType } from "./payload.ts";

export interface PluginChecks {
  readonly checks: readonly Check[];
  readonly needs: readonly PluginQuestion[];
}

const kinds: Readonly<Record<PluginCheck, { readonly about: string; readonly code: "IDENTITY_MISMATCH" | "REVOKED" }>> = {
  "SIGNATURE_VERIFIER.TRUSTED_IDENTITY": { about: "who signed", code: "IDENTITY_MISMATCH" },
  "SIGNATURE_VERIFIER.REVOCATION_CHECK": { about: "revocation", code: "REVOKED" },
};

/** No check where no plugin is named. No plugin is run for what somebody signed whom nobody trusts. */
export function checkPlugin(
  envelope: NotaryEnvelope,
  trust: NotationTrust,
  { facts, isTrusted }: { readonly facts: Facts; readonly isTrusted: boolean },
): PluginChecks {
  const { plugin } = envelope.attributes;
  if (!plugin) return { checks: [], needs: [] };
  const question = questionOf(envelope, plugin, trust);
  const answer = facts.get(keyOf(question));
  const name = JSON.stringify(plugin.name.slice(0, 100));
  if (!answer) return { checks: [undecided(`needs the plugin ${name}, which was not asked`)], needs: isTrusted ? [question] : [] };
  if ("code" in answer) return { checks: [undecided(`needs the plugin ${name}: ${answer.message}`)], needs: [] };
  return { checks: readWord(answer.bytes, question), needs: [] };
}

function undecided(detail: string): Check {
  return { name: "plugin", outcome: "undecided", code: "UNDECIDED", detail };
}

function questionOf(
  { attributes, chain }: NotaryEnvelope,
  plugin: NonNullable<NotaryEnvelope["attributes"]["plugin"]>,
  { identities, revocation }: NotationTrust,
): PluginQuestion {
  const { scheme, signingTime, expiry } = attributes;
  return {
    kind: "plugin",
    plugin: plugin.name,
    ...(plugin.minVersion !== undefined && { minVersion: plugin.minVersion }),
    contentType: payloadType,
    signingScheme: scheme,
    ...(expiry !== undefined && { expiry }),
    ...(scheme === "notary.x509.signingAuthority" && { authenticSigningTime: signingTime }),
    extended: plugin.extended,
    chain,
    trustedIdentities: identities === "any" ? ["*"] : identities.map(({ text }) => `x509.subject: ${text}`),
    wanted: ["SIGNATURE_VERIFIER.TRUSTED_IDENTITY", ...(revocation === "skip" ? [] : (["SIGNATURE_VERIFIER.REVOCATION_CHECK"] as const))],
  };
}

/** A check for each thing that the plugin looked at; one for the attributes alone, where it looked at nothing else. */
function readWord(bytes: Uint8Array, { wanted }: PluginQuestion): readonly Check[] {
  const word = new Fields(parseJson(bytes, "the plugin's word"), "the plugin's word");
  const who = `${word.string("name")} ${word.string("version")} (sha256:${word.string("digest")})`;
  const results = word.fields("results");
  const checks = wanted.filter((check) => results.has(check)).map((check) => checkOf(results.fields(check), check, who));
  return checks.length > 0 ? checks : [{ name: "plugin", outcome: "passed", detail: `${who} knows its attributes` }];
}

function checkOf(result: Fields, check: PluginCheck, who: string): Check {
  const { about, code } = kinds[check];
  const reason = result.string("reason");
  const words = reason === "" ? "" : `: ${reason}`;
  const success = result.get("success");
  if (success === true) return { name: "plugin", outcome: "passed", detail: `${who} accepts ${about}${words}` };
  if (success !== false) throw malformed(`${result.at}.success is not true or false`);
  return { name: "plugin", outcome: "failed", code, detail: `${who} refuses ${about}${words}` };
}
