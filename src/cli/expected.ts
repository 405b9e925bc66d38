/** Who is expected to have signed, as the flags of `verify` and `verify-blob` say it. */
import { readTrust } from "../trust-sources/key-files.ts";
import { claimNames, isCertificateClaim, type CertificateClaim } from "../core/x509/certificate-claims.ts";
import type { PolicyAndTrust } from "../engine/verify.ts";
import { nothingRequired, signaturePolicy, type Rule } from "../policy/policy.ts";
import type { TrustedIdentity } from "../trust/identity.ts";
import { exactly, fitsAnything, matching, type TextPattern } from "../trust/text-pattern.ts";
import { makeTrust, type Omissible, type Trust } from "../trust/trust.ts";
import type { ExpectedArgs, WorkflowArgs } from "./flags/expected.ts";
import { firstGiven, spell } from "./flags/flag.ts";
import type { Io } from "./io.ts";
import { problem } from "./render/text.ts";
import { usageError } from "./usage-error.ts";

/** Claims of a certificate, by the flags that cosign has for them. */
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

/** Reads what the flags name, and throws USAGE before that if they name nobody. Warnings go to stderr. */
export async function readExpected(args: ExpectedArgs, io: Io, signal: AbortSignal): Promise<Trust> {
  const identity = await identityOf(args, io);
  const keys = await readTrust(args.key, { env: io.env, signal });
  if (!identity && args.trustedRoot.length === 0) return keys;
  const { openTrustedRoots } = await import("./trusted-roots.ts");
  const roots = await openTrustedRoots(args, io, signal);
  return makeTrust(keys.keys, { roots, identities: identity ? [identity] : [], unchecked: uncheckedOf(args) });
}

/** By what an image of the repository is decided, or a file where none is given. */
export type BasisFor = (repository?: string) => Promise<PolicyAndTrust>;

/**
 * What the flags name, and notation's variable where none does, read once for all that is verified. Throws as `readExpected` does; the
 * function it gives, as `openNotation`'s.
 */
export async function openBasis(args: ExpectedArgs, io: Io, annotations: Rule["annotations"], signal: AbortSignal): Promise<BasisFor> {
  const trust = await readExpected(args, io, signal);
  const rule = { annotations, allowsPendingLog: args.allowPendingLog === true };
  const flagsAlone = { policy: signaturePolicy(trust, rule), trust };
  if (!speaksOfNotation(args, io)) return async () => flagsAlone;
  const { openNotation } = await import("./notation.ts");
  const notationFor = openNotation(args, io, signal);
  return async (repository) => {
    const { isSkipped, level, trust: notation } = await notationFor(repository);
    const { keys, roots, identities, unchecked } = trust;
    // That nothing is required of one signer takes nothing from what the flags require of others.
    if (isSkipped && keys.length + identities.length > 0) return flagsAlone;
    const whole = makeTrust(keys, { roots, identities, unchecked, notation });
    const policy = isSkipped ? nothingRequired(notation.name) : signaturePolicy(whole, { ...rule, notation: { level } });
    return { policy, trust: whole };
  };
}

/** notation's variable speaks only where no flag does. */
function speaksOfNotation(args: ExpectedArgs, { env }: Io): boolean {
  if (args.certificate.length > 0 || args.notationConfig !== undefined) return true;
  return Boolean(env["NOTATION_CONFIG"]) && firstGiven(args, ["key", "certificateIdentity", "certificateIdentityRegexp"]) === undefined;
}

/** Throws USAGE unless the flags say who is expected. */
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

type IdentityFlag = "certificateIdentity" | "certificateIdentityRegexp" | "certificateOidcIssuer" | "certificateOidcIssuerRegexp";

interface Named {
  /** As it is written. */
  readonly flag: string;
  readonly text: string;
  readonly isPattern: boolean;
}

/** The flag, or the one of the same name for patterns. Throws USAGE for both, and for an empty text. */
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

async function identityOf(args: ExpectedArgs, io: Io): Promise<TrustedIdentity | undefined> {
  const subject = oneOfTwo(args, "certificateIdentity", "certificateIdentityRegexp");
  const issuer = oneOfTwo(args, "certificateOidcIssuer", "certificateOidcIssuerRegexp");
  if (!subject || !issuer) return undefined;
  return { subject: await patternOf(subject, "identity", io), issuer: await patternOf(issuer, "issuer", io), claims: claimsOf(args) };
}

async function patternOf({ flag, text, isPattern }: Named, kind: "identity" | "issuer", io: Io): Promise<TextPattern> {
  if (!isPattern) return exactly(text);
  const pattern = await matching(text);
  if (fitsAnything(pattern, kind))
    io.stderr.write(problem("warning", `${flag} ${text} fits everybody`, "Write as much of the text as is known."));
  return pattern;
}

function claimsOf(args: ExpectedArgs): TrustedIdentity["claims"] {
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

function uncheckedOf(args: ExpectedArgs): readonly Omissible[] {
  return [...(args.insecureIgnoreSct ? ["sct" as const] : []), ...(args.insecureIgnoreTlog ? ["log" as const] : [])];
}
