/** The expected signers, from the flags of `verify` and `verify-blob`. */
import { claimNames, isCertificateClaim, type CertificateClaim } from "../core/x509/certificate-claims.ts";
import { openExpectation, type BasisFor, type ExpectationSettings, type IdentitySettings } from "../setup/expectation.ts";
import { notationFolder } from "../setup/notation-folder.ts";
import { subjectIdentity } from "../trust/notation/trusted-names.ts";
import { matchesAnything, matching } from "../trust/text-pattern.ts";
import type { ExpectedArgs, WorkflowArgs } from "./flags/expected.ts";
import { firstGiven, spell } from "./flags/flag.ts";
import type { Io } from "./io.ts";
import { problem, warningLines } from "./render/text.ts";
import { localSettings } from "./settings/local.ts";
import { usageError } from "./usage-error.ts";

/** The certificate claims by cosign's flags. */
const workflowClaims: Readonly<Record<keyof WorkflowArgs, CertificateClaim>> = {
  certificateGithubWorkflowRepository: "githubWorkflowRepository",
  certificateGithubWorkflowRef: "githubWorkflowRef",
  certificateGithubWorkflowSha: "githubWorkflowSha",
  certificateGithubWorkflowTrigger: "githubWorkflowTrigger",
  certificateGithubWorkflowName: "githubWorkflowName",
};
const workflowFlags: readonly (keyof WorkflowArgs)[] = [
  "certificateGithubWorkflowRepository",
  "certificateGithubWorkflowRef",
  "certificateGithubWorkflowSha",
  "certificateGithubWorkflowTrigger",
  "certificateGithubWorkflowName",
];

/**
 * The policy from the flags, or from notation's files if an environment variable names them; read once for all references. Throws USAGE
 * before anything is read if no signer is named; warnings go to stderr. Throws as `openExpectation` does.
 */
export async function openBasis(
  args: ExpectedArgs,
  io: Io,
  annotations: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<BasisFor> {
  const identity = await identityOf(args, io);
  for (const name of args.certificateSubject) subjectIdentity(name, "--certificate-subject");
  const needsRoots = identity !== undefined || args.trustedRoot.length > 0;
  const needsNotation = args.certificate.length === 0 && speaksOfNotation(args, io);
  const settings: ExpectationSettings = {
    keys: args.key,
    identities: identity ? [identity] : [],
    ...(needsRoots && { trustedRoots: { files: args.trustedRoot, offline: args.offline, expired: args.trustedRootExpiry } }),
    certificates: args.certificate,
    certificateSubjects: args.certificateSubject,
    timestampRoots: args.timestampRoot,
    ...(needsNotation && { notationFolder: notationFolder(args.notationConfig, io), policyName: args.policyName }),
    annotations,
    anyOf: args.anyOf,
    ignoresSct: args.insecureIgnoreSct,
    ignoresLog: args.insecureIgnoreTlog,
    allowsPendingLog: args.allowPendingLog === true,
  };
  return openExpectation(settings, { ...localSettings(io), signal }, (warning) => io.stderr.write(warningLines([warning])));
}

/** Whether notation's variable applies: only if no flag names a signer. */
function speaksOfNotation(args: ExpectedArgs, { env }: Io): boolean {
  if (args.certificate.length > 0 || args.notationConfig !== undefined) return true;
  return Boolean(env["NOTATION_CONFIG"]) && firstGiven(args, ["key", "certificateIdentity", "certificateIdentityRegexp"]) === undefined;
}

/** Throws USAGE unless the flags name an expected signer. */
export function requireExpected(args: ExpectedArgs, io: Io): void {
  const subject = oneOfTwo(args, "certificateIdentity", "certificateIdentityRegexp");
  const issuer = oneOfTwo(args, "certificateOidcIssuer", "certificateOidcIssuerRegexp");
  if (subject && !issuer) {
    throw usageError(
      "the certificate's identity is named, but not who must have vouched for it",
      "Name the issuer of its token: --certificate-oidc-issuer https://token.actions.githubusercontent.com. Anybody can be anyone at an issuer of their own.",
    );
  }
  if (issuer && !subject) {
    throw usageError(
      "the issuer of the certificate's identity is named, but not the identity",
      "Name it: --certificate-identity someone@example.com, or a workflow's URL. Everybody has an identity there.",
    );
  }
  const authority = firstGiven(args, ["certificateSubject", "timestampRoot"]);
  if (authority !== undefined && args.certificate.length === 0) {
    throw usageError(`${authority} says more of a certificate authority, and none is named`, "Name it: --certificate CA.pem.");
  }
  if (args.certificate.length > 0 && args.notationConfig !== undefined)
    throw usageError("--certificate and --notation-config cannot both be given");
  refuseSeveralKinds(args);
  if (args.policyName !== undefined && (args.certificate.length > 0 || !speaksOfNotation(args, io)))
    throw usageError("--policy-name chooses in notation's trust policy, and none is asked", "Name its folder: --notation-config DIR.");
  if (firstGiven(args, ["pluginConfig"]) !== undefined && !speaksOfNotation(args, io))
    throw usageError(
      "--plugin-config is for plugins of notation, and no authority that they could speak for is named",
      "Name it: --certificate CA.pem, or --notation-config DIR.",
    );
  if (subject) return;
  const narrowing = firstGiven(args, [...workflowFlags, "certificateClaim"]);
  if (narrowing !== undefined)
    throw usageError(
      `${narrowing} narrows an identity, and none is named`,
      "Name it: --certificate-identity and --certificate-oidc-issuer.",
    );
  if (args.key.length > 0 || speaksOfNotation(args, io)) return;
  throw usageError(
    "nothing says whose signature is expected",
    "Name the signer: --key touchmark.pub, --certificate-identity and --certificate-oidc-issuer, or --certificate CA.pem. No signature counts without it.",
  );
}

/** Throws USAGE for signers of several kinds: whoever adds an expectation means to be stricter, and either one would be enough. */
function refuseSeveralKinds(args: ExpectedArgs): void {
  const kinds = [
    firstGiven(args, ["key"]),
    firstGiven(args, ["certificateIdentity", "certificateIdentityRegexp"]),
    firstGiven(args, ["certificate", "notationConfig"]),
  ].flatMap((flag) => flag ?? []);
  if (kinds.length < 2 || args.anyOf) return;
  throw usageError(
    `${kinds.join(" and ")} name different signers, and a signature by one of them would be enough`,
    "Name the one that must have signed. If any one of them is enough, say so with --any-of.",
  );
}

type IdentityFlag = "certificateIdentity" | "certificateIdentityRegexp" | "certificateOidcIssuer" | "certificateOidcIssuerRegexp";

interface Named {
  /** The flag as written. */
  readonly flag: string;
  readonly text: string;
  readonly isPattern: boolean;
}

/** The flag, or its counterpart for patterns. Throws USAGE for both, and for an empty value. */
function oneOfTwo(args: ExpectedArgs, exact: IdentityFlag, pattern: IdentityFlag): Named | undefined {
  const named = [exact, pattern].flatMap((property, i): Named[] => {
    const text = args[property];
    return text === undefined ? [] : [{ flag: spell(property), text, isPattern: i === 1 }];
  });
  const [first] = named;
  if (named.length > 1) throw usageError(`${spell(exact)} and ${spell(pattern)} cannot both be given`);
  if (first?.text === "") throw usageError(`${first.flag} is empty`);
  return first;
}

async function identityOf(args: ExpectedArgs, io: Io): Promise<IdentitySettings | undefined> {
  const subject = oneOfTwo(args, "certificateIdentity", "certificateIdentityRegexp");
  const issuer = oneOfTwo(args, "certificateOidcIssuer", "certificateOidcIssuerRegexp");
  if (!subject || !issuer) return undefined;
  await Promise.all([warnIfAnything(subject, "identity", io), warnIfAnything(issuer, "issuer", io)]);
  return {
    ...(subject.isPattern ? { subjectPattern: subject.text } : { subject: subject.text }),
    ...(issuer.isPattern ? { issuerPattern: issuer.text } : { issuer: issuer.text }),
    claims: claimsOf(args),
  };
}

async function warnIfAnything({ flag, text, isPattern }: Named, kind: "identity" | "issuer", io: Io): Promise<void> {
  if (!isPattern || !matchesAnything(await matching(text), kind)) return;
  io.stderr.write(problem("warning", `${flag} ${text} matches every signer`, "Write as much of the text as is known."));
}

function claimsOf(args: ExpectedArgs): NonNullable<IdentitySettings["claims"]> {
  const named = workflowFlags.flatMap((property): [CertificateClaim, string][] => {
    const value = args[property];
    return value === undefined ? [] : [[workflowClaims[property], value]];
  });
  const free = args.certificateClaim.map((text): [CertificateClaim, string] => {
    const equals = text.indexOf("=");
    const name = text.slice(0, Math.max(equals, 0));
    if (isCertificateClaim(name)) return [name, text.slice(equals + 1)];
    throw usageError(`a claim is NAME=VALUE; found ${JSON.stringify(text)}`, `Names: ${claimNames.join(", ")}.`);
  });
  const claims = Object.fromEntries([...named, ...free]);
  const twice = [...named, ...free].find(([name, value]) => claims[name] !== value);
  if (twice) throw usageError(`the claim ${twice[0]} is given two values`);
  return claims;
}
