/**
 * What the sigstore conformance suite calls (its docs/cli_protocol.md), over the command line's own code:
 *
 *     verify-bundle [--staging] --bundle FILE (--certificate-identity IDENTITY --certificate-oidc-issuer URL | --key FILE)
 *                   [--trusted-root FILE] FILE_OR_DIGEST
 *     sign-bundle [--staging] --identity-token TOKEN --bundle FILE [--trusted-root FILE] [--signing-config FILE] FILE
 *
 * The second is `touchmark sign-blob --yes`. Other than `touchmark verify-blob`, and as the suite asks, the first takes an attestation
 * about the file for good.
 */
import { existsSync } from "node:fs";
import { parseArguments, usageError, type Arguments } from "../../../src/cli/arguments.ts";
import { bundleFlag, bundleOf, readBundle } from "../../../src/cli/bundle-flag.ts";
import { deadlineOf } from "../../../src/cli/common.ts";
import { expectedFlags, openBasis, requireExpected } from "../../../src/cli/expected.ts";
import { readFileOrDigest } from "../../../src/cli/file-operand.ts";
import { command as signBlob } from "../../../src/cli/commands/sign-blob.ts";
import type { Flag, Grammar } from "../../../src/cli/grammar.ts";
import type { Io } from "../../../src/cli/io.ts";
import { report } from "../../../src/cli/main.ts";
import { isDigest } from "../../../src/core/digest.ts";
import { wholeFile } from "../../../src/core/file-subject.ts";
import { matchAuthority } from "../../../src/policy/match.ts";

const staging: Flag = { name: "staging", summary: "Use sigstore's staging instance" };
const verifying: Grammar = {
  usage: "[--staging] --bundle FILE (--certificate-identity IDENTITY --certificate-oidc-issuer URL | --key FILE) FILE_OR_DIGEST",
  flags: [...expectedFlags, bundleFlag("The signature"), staging],
  operands: { min: 1, max: 1 },
};

/** Returns the exit status, 0 for a bundle that holds, and says on stderr why one does not. Never throws. */
export async function main([command, ...words]: readonly string[], io: Io): Promise<number> {
  try {
    if (command === "verify-bundle") return await verifyBundle(parseArguments(command, verifying, words), io);
    if (command === "sign-bundle") return await signBundle(parseArguments(command, signing, ["--yes", ...words]), io);
    throw usageError(`only verify-bundle and sign-bundle are understood; found ${JSON.stringify(command)}`);
  } catch (thrown) {
    return report(thrown, io);
  }
}

const signing: Grammar = { ...signBlob, flags: [...signBlob.flags, staging] };

function signBundle(args: Arguments, io: Io): Promise<number> {
  checkStaging(args);
  return signBlob.run(args, io);
}

function checkStaging(args: Arguments): void {
  if (!args.has("staging") || args.has("trusted-root")) return;
  throw usageError("the trust root of sigstore's staging instance is not shipped", "Give it: --trusted-root trusted_root.json.");
}

async function verifyBundle(args: Arguments, io: Io): Promise<number> {
  checkStaging(args);
  requireExpected(args, io);
  const bundle = bundleOf(args);
  if (bundle === undefined) throw usageError("--bundle is missing");
  using deadline = deadlineOf(args, io);
  const { signal } = deadline;
  const { policy, trust } = await (await openBasis(args, io, {}, signal))();
  const given = await readBundle(bundle, io, signal);
  const file = await readFileOrDigest(operandOf(args), io, wholeFile, signal);
  const at = io.now();
  const finding = await given.format.files.verify(given.evidence, file, trust, at);
  // An attestation is good here too, which no policy about signatures takes.
  const authorities = policy.rules.flatMap(({ signatures }) => signatures.flatMap(({ from }) => from));
  const about = { ...finding, ...(finding.claim && { claim: { ...finding.claim, kind: "signature" as const, annotations: {} } }) };
  const matches = authorities.map((authority) => matchAuthority(authority, about, { at, facts: new Map() }));
  if (matches.some(({ fault }) => fault === undefined)) return 0;
  io.stderr.write(`${JSON.stringify({ finding, matches }, undefined, 1)}\n`);
  return 1;
}

/** What is no digest, or lies on the disk, is a path. */
function operandOf(args: Arguments): string {
  const operand = args.operand(0);
  return operand.startsWith("sha256:") && (!isDigest(operand) || existsSync(operand)) ? `./${operand}` : operand;
}
