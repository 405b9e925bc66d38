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
import { argsOf, type ArgsOf } from "../../../src/cli/command.ts";
import { parseCommandLine, type CommandLine } from "../../../src/cli/command-line.ts";
import { deadlineOf } from "../../../src/cli/deadline.ts";
import { openBasis, requireExpected } from "../../../src/cli/expected.ts";
import { readFileOrDigest } from "../../../src/cli/file-operand.ts";
import { command as signBlob } from "../../../src/cli/commands/sign-blob.ts";
import { timeoutFlags } from "../../../src/cli/flags/common.ts";
import { expectedFlags } from "../../../src/cli/flags/expected.ts";
import { flag, type Flag } from "../../../src/cli/flags/flag.ts";
import { bundleFlag } from "../../../src/cli/flags/signature-file.ts";
import type { Grammar } from "../../../src/cli/grammar.ts";
import type { Io } from "../../../src/cli/io.ts";
import { report } from "../../../src/cli/main.ts";
import { readSignatureFile, signaturePath } from "../../../src/cli/signature-file.ts";
import { usageError } from "../../../src/cli/usage-error.ts";
import { isDigest } from "../../../src/core/digest.ts";
import { wholeFile } from "../../../src/core/file-subject.ts";
import { matchAuthority } from "../../../src/policy/match.ts";

const staging: Flag<boolean> = flag.boolean({ summary: "Use sigstore's staging instance" });
const verifying = {
  usage: "[--staging] --bundle FILE (--certificate-identity IDENTITY --certificate-oidc-issuer URL | --key FILE) FILE_OR_DIGEST",
  flags: { ...expectedFlags, bundle: bundleFlag("The signature"), staging, ...timeoutFlags },
  operands: { min: 1, max: 1 },
} as const;
const signing: Grammar = { ...signBlob, flags: { ...signBlob.flags, staging } };

/** Returns the exit status, 0 for a bundle that holds, and says on stderr why one does not. Never throws. */
export async function main([command, ...words]: readonly string[], io: Io): Promise<number> {
  try {
    if (command === "verify-bundle") return await verifyBundle(argsOf(verifying, parseCommandLine(command, verifying, words)), io);
    if (command === "sign-bundle") return await signBundle(parseCommandLine(command, signing, ["--yes", ...words]), io);
    throw usageError(`only verify-bundle and sign-bundle are understood; found ${JSON.stringify(command)}`);
  } catch (thrown) {
    return report(thrown, io);
  }
}

function signBundle(line: CommandLine, io: Io): Promise<number> {
  checkStaging(line.given.has("staging"), line.given.has("trustedRoot"));
  return signBlob.run(line, io, []);
}

function checkStaging(isStaging: boolean, hasRoot: boolean): void {
  if (!isStaging || hasRoot) return;
  throw usageError("the trust root of sigstore's staging instance is not shipped", "Give it: --trusted-root trusted_root.json.");
}

async function verifyBundle(args: ArgsOf<typeof verifying.flags, typeof verifying.operands>, io: Io): Promise<number> {
  checkStaging(args.staging, args.trustedRoot.length > 0);
  requireExpected(args, io);
  const bundle = signaturePath(args);
  if (bundle === undefined) throw usageError("--bundle is missing");
  using deadline = deadlineOf(args, io);
  const { signal } = deadline;
  const { policy, trust } = await (await openBasis(args, io, {}, signal))();
  const given = await readSignatureFile(bundle, io, signal);
  const file = await readFileOrDigest(operandOf(args.operands[0]), io, wholeFile, signal);
  const at = io.now();
  const finding = await given.format.verify(given.evidence, file, trust, at);
  // An attestation is good here too, which no policy about signatures takes.
  const authorities = policy.rules.flatMap(({ signatures }) => signatures.flatMap(({ from }) => from));
  const about = { ...finding, ...(finding.claim && { claim: { ...finding.claim, kind: "signature" as const, annotations: {} } }) };
  const matches = authorities.map((authority) => matchAuthority(authority, about, { at, facts: new Map() }));
  if (matches.some(({ fault }) => fault === undefined)) return 0;
  io.stderr.write(`${JSON.stringify({ finding, matches }, undefined, 1)}\n`);
  return 1;
}

/** What is no digest, or lies on the disk, is a path. */
function operandOf(operand: string): string {
  return operand.startsWith("sha256:") && (!isDigest(operand) || existsSync(operand)) ? `./${operand}` : operand;
}
