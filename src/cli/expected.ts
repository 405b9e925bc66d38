/** Who is expected to have signed, as the flags of `verify` and `verify-blob` say it. */
import { readKeyDocument } from "../trust-sources/key-files.ts";
import { readCertificateDocument } from "../trust-sources/notation/certificate-file.ts";
import { claimNames, isCertificateClaim, type CertificateClaim } from "../core/x509/certificate-claims.ts";
import { compilePolicy, type PolicyAndTrust } from "../policy/compile.ts";
import type { IdentityDocument } from "../policy/document.ts";
import { expectedSignersPolicy, nothingRequired, type ExpectedSigners } from "../setup/expected-signers.ts";
import { subjectIdentity } from "../trust/notation/trusted-names.ts";
import { fitsAnything, matching } from "../trust/text-pattern.ts";
import type { TrustedRoot } from "../trust/trusted-root.ts";
import { usageError, type Arguments } from "./arguments.ts";
import { pluginConfigOf, trustedRootFlags } from "./common.ts";
import type { Flag } from "./grammar.ts";
import type { Io } from "./io.ts";
import { problem } from "./render/text.ts";

/** Claims of a certificate under the names that cosign's flags have. */
const namedClaims: readonly (readonly [flag: string, claim: CertificateClaim, what: string])[] = [
  ["certificate-github-workflow-repository", "githubWorkflowRepository", "Repository of the workflow, as owner/name"],
  ["certificate-github-workflow-ref", "githubWorkflowRef", "Git ref it ran for"],
  ["certificate-github-workflow-sha", "githubWorkflowSha", "Commit it ran for"],
  ["certificate-github-workflow-trigger", "githubWorkflowTrigger", "Event that started it"],
  ["certificate-github-workflow-name", "githubWorkflowName", "Its name"],
];

export const expectedFlags: readonly Flag[] = [
  { name: "key", value: "KEY", repeatable: true, summary: "Public key: a file (PEM key or certificate), or env://VARIABLE" },
  { name: "certificate-identity", value: "IDENTITY", summary: "Whom the certificate must name: an e-mail address, a workflow's URL" },
  { name: "certificate-identity-regexp", value: "PATTERN", summary: "The same, as a pattern (RE2) of all of it" },
  { name: "certificate-oidc-issuer", value: "URL", summary: "Who must have vouched for the identity" },
  { name: "certificate-oidc-issuer-regexp", value: "PATTERN", summary: "The same, as a pattern (RE2) of all of it" },
  ...namedClaims.map(([name, , summary]): Flag => ({ name, value: "TEXT", summary })),
  {
    name: "certificate-claim",
    value: "NAME=VALUE",
    repeatable: true,
    summary: "Anything else the certificate must say: sourceRepositoryRef=…",
  },
  { name: "insecure-ignore-sct", summary: "Do without proof that a log knows the certificate" },
  { name: "insecure-ignore-tlog", summary: "Do without proof that a log knows the signature" },
  ...trustedRootFlags,
  {
    name: "certificate",
    value: "FILE",
    repeatable: true,
    summary: "Certificate authority whose signers are expected (PEM), for Notary Project signatures",
  },
  { name: "certificate-subject", value: "NAME", repeatable: true, summary: "Whom their certificate must name: 'C=US,ST=WA,O=example'" },
  { name: "timestamp-root", value: "FILE", repeatable: true, summary: "Authority whose timestamps prove when it was signed (PEM)" },
  {
    name: "notation-config",
    value: "DIR",
    summary: "Take trust policy and stores as notation keeps them in this folder (NOTATION_CONFIG)",
  },
  { name: "plugin-config", value: "KEY=VALUE", repeatable: true, summary: "What the plugin that a signature names is told" },
];

/** By what an image of the repository is decided, or a file where none is given. */
export type BasisFor = (repository?: string) => Promise<PolicyAndTrust>;

/**
 * The policy that the flags stand for, or notation's files where a variable names them, read once for all that is verified. Throws USAGE
 * before anything is read if they name nobody; warnings go to stderr. The function it gives throws as `openNotation`'s does.
 */
export async function openBasis(
  args: Arguments,
  io: Io,
  annotations: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<BasisFor> {
  const expected: ExpectedSigners = {
    ...(await namedSigners(args, io, signal)),
    annotations,
    ignoresSct: args.has("insecure-ignore-sct"),
    ignoresLog: args.has("insecure-ignore-tlog"),
    allowsPendingLog: args.has("allow-pending-log"),
  };
  const isNamed = (expected.keys ?? []).length + (expected.identities ?? []).length + (expected.certificates ?? []).length > 0;
  const roots = await rootsFor(args, io, expected, signal);
  if (args.has("certificate") || !speaksOfNotation(args, io)) {
    const basis = await compilePolicy(expectedSignersPolicy(expected), { roots });
    return async () => basis;
  }
  const { openNotation } = await import("./notation.ts");
  const notationFor = openNotation(args, io, signal);
  return async (repository) => {
    const { name, authority } = await notationFor(repository);
    // That nothing is required of one signer takes nothing from what the flags require of others.
    const isSkipped = authority === undefined && !isNamed;
    const document = isSkipped
      ? nothingRequired(name, 'the trust policy has the level "skip"')
      : expectedSignersPolicy({ ...expected, ...(authority && { others: [authority] }) });
    return compilePolicy(document, { roots });
  };
}

async function namedSigners(args: Arguments, io: Io, signal: AbortSignal): Promise<ExpectedSigners> {
  const identity = await identityOf(args, io);
  const options = { env: io.env, signal };
  const read = (flag: string) => Promise.all(args.values(flag).map((path) => readCertificateDocument(path, options)));
  const [keys, certificates, timestampRoots] = await Promise.all([
    Promise.all(args.values("key").map((path) => readKeyDocument(path, options))),
    read("certificate"),
    read("timestamp-root"),
  ]);
  const subjects = args.values("certificate-subject").map((name) => subjectIdentity(name, "--certificate-subject"));
  return {
    keys,
    ...(identity && { identities: [identity] }),
    certificates: certificates.map((document) => ({ ...document, ...(subjects.length > 0 && { subjects }) })),
    timestampRoots,
  };
}

async function rootsFor(
  args: Arguments,
  io: Io,
  { identities = [] }: ExpectedSigners,
  signal: AbortSignal,
): Promise<readonly TrustedRoot[]> {
  if (identities.length === 0 && !args.has("trusted-root")) return [];
  const { openTrustedRoots } = await import("./trusted-roots.ts");
  return openTrustedRoots(args, io, signal);
}

/** notation's variable speaks only where no flag does. */
function speaksOfNotation(args: Arguments, { env }: Io): boolean {
  if (args.has("certificate") || args.has("notation-config")) return true;
  return (
    Boolean(env["NOTATION_CONFIG"]) && !args.has("key") && !args.has("certificate-identity") && !args.has("certificate-identity-regexp")
  );
}

/** Throws USAGE unless the flags say who is expected. */
export function requireExpected(args: Arguments, io: Io): void {
  const subject = oneOfTwo(args, "certificate-identity");
  const issuer = oneOfTwo(args, "certificate-oidc-issuer");
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
  const authority = ["certificate-subject", "timestamp-root"].find((name) => args.has(name) && !args.has("certificate"));
  if (authority !== undefined) {
    throw usageError(`--${authority} says more of a certificate authority, and none is named`, "Name it: --certificate CA.pem.");
  }
  if (args.has("certificate") && args.has("notation-config")) throw usageError("--certificate and --notation-config cannot both be given");
  if (args.has("policy-name") && (args.has("certificate") || !speaksOfNotation(args, io)))
    throw usageError("--policy-name chooses in notation's trust policy, and none is asked", "Name its folder: --notation-config DIR.");
  if (args.has("plugin-config") && !speaksOfNotation(args, io))
    throw usageError(
      "--plugin-config is for plugins of notation, and no authority that they could speak for is named",
      "Name it: --certificate CA.pem, or --notation-config DIR.",
    );
  pluginConfigOf(args);
  if (subject) return;
  const narrowing = expectedFlags.find(({ name }) => narrowsIdentity(name) && args.has(name));
  if (narrowing)
    throw usageError(
      `--${narrowing.name} narrows an identity, and none is named`,
      "Name it: --certificate-identity and --certificate-oidc-issuer.",
    );
  if (args.has("key") || speaksOfNotation(args, io)) return;
  throw usageError(
    "nothing says whose signature is expected",
    "Name the signer: --key touchmark.pub, --certificate-identity and --certificate-oidc-issuer, or --certificate CA.pem. No signature counts without it.",
  );
}

function narrowsIdentity(flag: string): boolean {
  return flag.startsWith("certificate-") && flag !== "certificate-subject";
}

interface Named {
  readonly flag: string;
  readonly text: string;
  readonly isPattern: boolean;
}

/** The flag, or the one of the same name for patterns. Throws USAGE for both, and for an empty text. */
function oneOfTwo(args: Arguments, flag: string): Named | undefined {
  const named = [flag, `${flag}-regexp`].flatMap((name, i): Named[] => {
    const text = args.value(name);
    return text === undefined ? [] : [{ flag: name, text, isPattern: i === 1 }];
  });
  const [first] = named;
  if (named.length > 1) throw usageError(`--${flag} and --${flag}-regexp cannot both be given`);
  if (first?.text === "") throw usageError(`--${first.flag} is empty`);
  return first;
}

async function identityOf(args: Arguments, io: Io): Promise<IdentityDocument | undefined> {
  const subject = oneOfTwo(args, "certificate-identity");
  const issuer = oneOfTwo(args, "certificate-oidc-issuer");
  if (!subject || !issuer) return undefined;
  await Promise.all([warnIfAnything(subject, "identity", io), warnIfAnything(issuer, "issuer", io)]);
  return {
    name: "identity",
    ...(subject.isPattern ? { subjectPattern: subject.text } : { subject: subject.text }),
    ...(issuer.isPattern ? { issuerPattern: issuer.text } : { issuer: issuer.text }),
    claims: claimsOf(args),
  };
}

async function warnIfAnything({ flag, text, isPattern }: Named, kind: "identity" | "issuer", io: Io): Promise<void> {
  if (!isPattern || !fitsAnything(await matching(text), kind)) return;
  io.stderr.write(problem("warning", `--${flag} ${text} matches everybody`, "Write as much of the text as is known."));
}

function claimsOf(args: Arguments): NonNullable<IdentityDocument["claims"]> {
  const named = namedClaims.flatMap(([flag, claim]): [CertificateClaim, string][] => {
    const value = args.value(flag);
    return value === undefined ? [] : [[claim, value]];
  });
  const free = args.values("certificate-claim").map((text): [CertificateClaim, string] => {
    const equals = text.indexOf("=");
    const name = text.slice(0, Math.max(equals, 0));
    if (isCertificateClaim(name)) return [name, text.slice(equals + 1)];
    throw usageError(`a claim is NAME=VALUE; found ${JSON.stringify(text)}`, `Names: ${claimNames.join(", ")}.`);
  });
  const claims = new Map([...named, ...free]);
  const twice = [...named, ...free].find(([name, value]) => claims.get(name) !== value);
  if (twice) throw usageError(`the claim ${twice[0]} is given two values`);
  return Array.from(claims, ([name, value]) => ({ name, value }));
}
