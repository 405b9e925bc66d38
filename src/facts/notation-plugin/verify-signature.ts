/**
 * Runs the verify-signature command of the plugin that a signature names (Notary Project, plugin-extensibility, "Verification extensibility").
 * The plugin result is a fact for verification; a plugin never decides integrity, trust or expiry.
 */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { toBase64 } from "../../core/bytes.ts";
import { malformed, TouchmarkError } from "../../core/errors.ts";
import type { PluginCheck, PluginQuestion } from "../../core/facts/plugin.ts";
import { formatInstant } from "../../core/instant.ts";
import type { Fields, JsonObject } from "../../core/json/json.ts";
import { printableText } from "../../core/printable.ts";
import { runPluginCommand, type PluginSurroundings } from "../../plugins/notation/plugin-command.ts";
import { findPlugin, type Plugin } from "../../plugins/notation/find-plugin.ts";
import { readPluginMetadata, textsOf, type PluginMetadata } from "../../plugins/notation/plugin-metadata.ts";
import { compareVersions } from "../../plugins/notation/plugin-version.ts";

const verifierChecks: readonly PluginCheck[] = ["SIGNATURE_VERIFIER.TRUSTED_IDENTITY", "SIGNATURE_VERIFIER.REVOCATION_CHECK"];

export interface VerifierAnswer {
  readonly name: string;
  readonly version: string;
  /** SHA-256 of the executable, lower-case hex. */
  readonly digest: string;
  /** The checks that the plugin performed. The caller performs the others. */
  readonly results: ReadonlyMap<PluginCheck, VerifierResult>;
}

export interface VerifierResult {
  readonly success: boolean;
  /** The plugin's reason, on one line. */
  readonly reason: string;
}

export interface VerifierSurroundings extends PluginSurroundings {
  /** notation's configuration folder. */
  readonly folder: string;
  /** Passed to the plugin unchanged. */
  readonly config: Readonly<Record<string, string>>;
}

/** Throws what findPlugin and runPluginCommand throw, UNSUPPORTED for a plugin that is too old or verifies nothing, MALFORMED for a response to another request. */
export async function verifySignatureByPlugin(
  question: PluginQuestion,
  { folder, config, ...surroundings }: VerifierSurroundings,
): Promise<VerifierAnswer> {
  const plugin = await findPlugin(folder, question.plugin);
  const digest = await digestOfFile(plugin.path, surroundings.signal);
  const metadata = await readPluginMetadata(plugin, config, surroundings);
  const checks = checksOf(plugin, metadata, question);
  const request = { ...requestFor(question, checks), pluginConfig: config };
  const answer = await runPluginCommand(plugin, "verify-signature", request, surroundings);
  const processed = textsOf(answer, "processedAttributes");
  expectNames(answer, "processedAttributes", processed, { needed: question.unprocessed, known: Object.keys(question.extended) });
  const results = answer.fields("verificationResults");
  expectNames(answer, "verificationResults", Object.keys(results.object), { needed: checks, known: checks });
  return {
    name: plugin.name,
    version: printableText(metadata.version, 100),
    digest,
    results: new Map(checks.map((check) => [check, resultOf(results.fields(check))])),
  };
}

/** The checks to request. */
function checksOf({ name }: Plugin, { version, capabilities }: PluginMetadata, question: PluginQuestion): readonly PluginCheck[] {
  const { minVersion, wanted } = question;
  if (minVersion !== undefined && compareVersions(version, minVersion) < 0) {
    throw new TouchmarkError(
      "UNSUPPORTED",
      `the signature needs version ${minVersion} of the plugin ${name}, and ${version} is installed`,
      {
        hint: "Install a newer release of the plugin.",
      },
    );
  }
  const possible = verifierChecks.filter((check) => capabilities.has(check));
  if (possible.length === 0) {
    throw new TouchmarkError("UNSUPPORTED", `the signature needs the plugin ${name}, and what is installed verifies no signatures`, {
      hint: "Install a release of the plugin that does.",
    });
  }
  return possible.filter((check) => wanted.includes(check));
}

function requestFor(question: PluginQuestion, checks: readonly PluginCheck[]): JsonObject {
  const { plugin, minVersion, contentType, signingScheme, expiry, authenticSigningTime, extended, unprocessed, chain, trustedIdentities } =
    question;
  return {
    signature: {
      criticalAttributes: {
        contentType,
        signingScheme,
        ...(expiry !== undefined && { expiry: formatInstant(expiry) }),
        ...(authenticSigningTime !== undefined && { authenticSigningTime: formatInstant(authenticSigningTime) }),
        verificationPlugin: plugin,
        ...(minVersion !== undefined && { verificationPluginMinVersion: minVersion }),
        extendedAttributes: extended,
      },
      unprocessedAttributes: unprocessed,
      certificateChain: chain.map(({ raw }) => toBase64(raw)),
    },
    trustPolicy: { trustedIdentities, signatureVerification: checks },
  };
}

function resultOf(fields: Fields): VerifierResult {
  const success = fields.get("success");
  if (typeof success !== "boolean") throw malformed(`${fields.at}.success is not true or false`);
  return { success, reason: printableText(fields.optionalString("reason") ?? "", 500) };
}

interface Expected {
  readonly needed: readonly string[];
  readonly known: readonly string[];
}

/** Reads the result. Checks that are missing did not run, and those that were not requested are ignored. */
function expectNames({ at }: Fields, member: string, names: readonly string[], { needed, known }: Expected): void {
  const found = new Set(names);
  if (found.isSupersetOf(new Set(needed)) && found.isSubsetOf(new Set(known))) return;
  const [has, wants] = [names, needed].map((list) => JSON.stringify(printableText(list.join(", "), 200)));
  throw malformed(`${at}.${member} has ${has}, expected ${wants}`);
}

async function digestOfFile(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { signal })) hash.update(chunk);
  return hash.digest("hex");
}
