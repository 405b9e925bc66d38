/**
 * What the sigstore conformance suite calls (its docs/cli_protocol.md), over the command line's own code:
 *
 *     verify-bundle [--staging] --bundle FILE (--certificate-identity IDENTITY --certificate-oidc-issuer URL | --key FILE)
 *                   [--trusted-root FILE] FILE_OR_DIGEST
 *
 * Other than `touchmark verify-blob`, and as the suite asks, it takes an attestation about the file for good.
 */
import { existsSync } from "node:fs";
import { parseArguments, usageError, type Arguments } from "../../../src/cli/arguments.ts";
import { bundleFlag, bundleOf, readBundle } from "../../../src/cli/bundle-flag.ts";
import { deadlineOf } from "../../../src/cli/common.ts";
import { expectedFlags, readExpected, requireExpected } from "../../../src/cli/expected.ts";
import { readFileOrDigest } from "../../../src/cli/file-operand.ts";
import type { Grammar } from "../../../src/cli/grammar.ts";
import type { Io } from "../../../src/cli/io.ts";
import { report } from "../../../src/cli/main.ts";
import { isDigest } from "../../../src/core/digest.ts";
import { outcomeOf } from "../../../src/core/finding.ts";
import { findingsAbout } from "../../../src/engine/verify-file.ts";
import { formats } from "../../../src/formats/all.ts";

const grammar: Grammar = {
  usage: "[--staging] --bundle FILE (--certificate-identity IDENTITY --certificate-oidc-issuer URL | --key FILE) FILE_OR_DIGEST",
  flags: [...expectedFlags, bundleFlag("The signature"), { name: "staging", summary: "Use sigstore's staging instance" }],
  operands: { min: 1, max: 1 },
};

/** Returns the exit status, 0 for a bundle that holds, and says on stderr why one does not. Never throws. */
export async function main([command, ...words]: readonly string[], io: Io): Promise<number> {
  try {
    if (command !== "verify-bundle") throw usageError(`only verify-bundle is understood; found ${JSON.stringify(command)}`);
    return await verifyBundle(parseArguments(command, grammar, words), io);
  } catch (thrown) {
    return report(thrown, io);
  }
}

async function verifyBundle(args: Arguments, io: Io): Promise<number> {
  if (args.has("staging") && !args.has("trusted-root")) {
    throw usageError("the trust root of sigstore's staging instance is not shipped", "Give it: --trusted-root trusted_root.json.");
  }
  requireExpected(args, io);
  const bundle = bundleOf(args);
  if (bundle === undefined) throw usageError("--bundle is missing");
  using deadline = deadlineOf(args, io);
  const { signal } = deadline;
  const trust = await readExpected(args, io, signal);
  const given = await readBundle(bundle, io, signal);
  const file = await readFileOrDigest(operandOf(args), io, signal);
  const findings = await findingsAbout(file, trust, { formats, given, at: io.now() });
  if (findings.some((finding) => outcomeOf(finding) === "passed" && finding.signer !== undefined)) return 0;
  io.stderr.write(`${JSON.stringify(findings, undefined, 1)}\n`);
  return 1;
}

/** What is no digest, or lies on the disk, is a path. */
function operandOf(args: Arguments): string {
  const operand = args.operand(0);
  return operand.startsWith("sha256:") && (!isDigest(operand) || existsSync(operand)) ? `./${operand}` : operand;
}
