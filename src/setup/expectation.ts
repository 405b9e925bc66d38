/** Opens the expected signers (keys, identities, certificate authorities, notation's own files) and compiles them to policies. */
import { memoiseByKey } from "../core/async/memoise.ts";
import { TouchmarkError } from "../core/errors.ts";
import type { Warning } from "../core/warning.ts";
import { claimNames, isCertificateClaim, type CertificateClaim } from "../core/x509/certificate-claims.ts";
import { compilePolicy, type PolicyAndTrust } from "../policy/compile.ts";
import type { IdentityDocument } from "../policy/document.ts";
import { checkSettings } from "./check-settings.ts";
import { readKeyDocument } from "../trust-sources/key-files.ts";
import { readCertificateDocument } from "../trust-sources/notation/certificate-file.ts";
import { subjectIdentity } from "../trust/notation/trusted-names.ts";
import { expectedSignersPolicy, nothingRequired, type ExpectedSigners } from "./expected-signers.ts";
import type { LocalSettings } from "./local-settings.ts";
import type { OpenedRoots } from "../trust-sources/sigstore/open-roots.ts";
import type { TrustedRootSettings } from "./trusted-roots.ts";

export interface IdentitySettings {
  /** The certificate's subject alternative name, or an RE2 pattern that matches all of it. */
  readonly subject?: string;
  readonly subjectPattern?: string;
  /** The issuer of the identity token, or an RE2 pattern that matches all of it. */
  readonly issuer?: string;
  readonly issuerPattern?: string;
  /** Other required claims of the certificate. */
  readonly claims?: Readonly<Partial<Record<CertificateClaim, string>>>;
}

export interface ExpectationSettings {
  /** Public keys: paths, or `env://VARIABLE`. */
  readonly keys?: readonly string[];
  readonly identities?: readonly IdentitySettings[];
  /** The trusted sigstore instances for identities; by default, those stored on this machine. */
  readonly trustedRoots?: TrustedRootSettings;
  /** Certificate files whose signers are expected, for Notary Project signatures. */
  readonly certificates?: readonly string[];
  /** Distinguished names, one of which a signer's subject must include. */
  readonly certificateSubjects?: readonly string[];
  /** Files with roots of timestamp authorities. */
  readonly timestampRoots?: readonly string[];
  /** A folder with notation's trust policy and trust stores. */
  readonly notationFolder?: string | undefined;
  /** The name of the statement of notation's trust policy for files; the global one by default. */
  readonly policyName?: string | undefined;
  /** A signature by any one of them is enough, although they are of several kinds: keys, identities, certificates, notation's folder (false). */
  readonly anyOf?: boolean;
  /** Annotations that a signature must carry. */
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ignoresSct?: boolean;
  readonly ignoresLog?: boolean;
  readonly allowsPendingLog?: boolean;
}

const known: Readonly<Record<keyof ExpectationSettings, true>> = {
  keys: true,
  identities: true,
  trustedRoots: true,
  certificates: true,
  certificateSubjects: true,
  timestampRoots: true,
  notationFolder: true,
  policyName: true,
  anyOf: true,
  annotations: true,
  ignoresSct: true,
  ignoresLog: true,
  allowsPendingLog: true,
};
const knownOfIdentity: Readonly<Record<keyof IdentitySettings, true>> = {
  subject: true,
  subjectPattern: true,
  issuer: true,
  issuerPattern: true,
  claims: true,
};
const knownOfRoots: Readonly<Record<keyof TrustedRootSettings, true>> = { files: true, names: true, offline: true, expired: true };

/** Throws USAGE if no signer is named, and for settings that are unknown or would be ignored: each might be meant to restrict who counts. */
export function checkExpectation(settings: ExpectationSettings): void {
  checkSettings(settings, known, "expect");
  const { keys = [], identities = [], certificates = [], certificateSubjects = [], timestampRoots = [] } = settings;
  const { trustedRoots, notationFolder, policyName, anyOf = false } = settings;
  for (const identity of identities) checkSettings(identity, knownOfIdentity, "an identity");
  if (trustedRoots) checkSettings(trustedRoots, knownOfRoots, "trustedRoots");
  if (keys.length + identities.length + certificates.length === 0 && notationFolder === undefined) {
    throw new TouchmarkError("USAGE", "no signer is expected", { hint: "Name keys, identities, certificates, or notation's folder." });
  }
  const kinds = Object.entries({ keys, identities, certificates, notationFolder }).flatMap(([name, given]) =>
    given === undefined || given.length === 0 ? [] : [name],
  );
  if (kinds.length > 1 && !anyOf) {
    throw new TouchmarkError("USAGE", `${kinds.join(" and ")} expect different signers, and a signature by one of them would be enough`, {
      hint: "Expect the one that must have signed, or set anyOf if any one of them is enough.",
    });
  }
  const ofCertificates = Object.entries({ certificateSubjects, timestampRoots }).find(([, given]) => given.length > 0);
  if (ofCertificates && certificates.length === 0) {
    throw new TouchmarkError("USAGE", `${ofCertificates[0]} say more of certificates, and there are no certificates`);
  }
  if (policyName !== undefined && notationFolder === undefined) {
    throw new TouchmarkError("USAGE", "policyName chooses in notation's trust policy, and there is no notationFolder");
  }
}

/** Returns the policy for an image of the repository, or for a file if none is given. */
export type BasisFor = (repository?: string) => Promise<PolicyAndTrust>;

/** Reads all named files. Throws what `checkExpectation`, reading and compiling throw. */
export async function openExpectation(
  settings: ExpectationSettings,
  local: LocalSettings & { readonly signal: AbortSignal },
  warn: (warning: Warning) => void,
): Promise<BasisFor> {
  const { keys = [], identities = [], certificates = [], timestampRoots = [], certificateSubjects = [], notationFolder } = settings;
  checkExpectation(settings);
  const { env, signal } = local;
  const subjects = certificateSubjects.map((name) => subjectIdentity(name, "a certificate's subject"));
  const read = (paths: readonly string[]) => Promise.all(paths.map((path) => readCertificateDocument(path, { env, signal })));
  const { annotations, ignoresSct, ignoresLog, allowsPendingLog } = settings;
  const expected: ExpectedSigners = {
    keys: await Promise.all(keys.map((path) => readKeyDocument(path, { env, signal }))),
    identities: identities.map(identityDocument),
    certificates: (await read(certificates)).map((document) => ({ ...document, ...(subjects.length > 0 && { subjects }) })),
    timestampRoots: await read(timestampRoots),
    ...(annotations && { annotations }),
    ...(ignoresSct !== undefined && { ignoresSct }),
    ...(ignoresLog !== undefined && { ignoresLog }),
    ...(allowsPendingLog !== undefined && { allowsPendingLog }),
  };
  const needsRoots = identities.length > 0 || settings.trustedRoots !== undefined;
  const opened = needsRoots ? await openRootsLazily(settings.trustedRoots ?? {}, local) : { roots: [], warnings: [] };
  opened.warnings.forEach(warn);
  const { roots } = opened;
  if (notationFolder === undefined) {
    const basis = await compilePolicy(expectedSignersPolicy(expected), { roots });
    return async () => basis;
  }
  const { openNotationPolicy } = await import("./notation-policy.ts");
  const authorityFor = openNotationPolicy({ folder: notationFolder, policyName: settings.policyName }, signal);
  const isNamed = keys.length + identities.length + certificates.length > 0;
  const compiled = memoiseByKey(
    async (repository: string | undefined) => {
      const { name, authority } = await authorityFor(repository);
      const document =
        authority === undefined && !isNamed
          ? nothingRequired(name, 'the trust policy has the level "skip"')
          : expectedSignersPolicy({ ...expected, ...(authority && { others: [authority] }) });
      return compilePolicy(document, { roots });
    },
    { maxKeys: 1000 },
  );
  return (repository) => compiled(repository, signal);
}

/** Loads trust roots only when they are needed. */
async function openRootsLazily(
  settings: TrustedRootSettings,
  local: LocalSettings & { readonly signal: AbortSignal },
): Promise<Pick<OpenedRoots, "roots" | "warnings">> {
  const { openSigstoreRoots } = await import("./trusted-roots.ts");
  return openSigstoreRoots(settings, local);
}

function identityDocument({ claims = {}, ...identity }: IdentitySettings, index: number): IdentityDocument {
  const named = Object.entries(claims).map(([name, value]) => {
    if (isCertificateClaim(name)) return { name, value };
    throw new TouchmarkError("USAGE", `${JSON.stringify(name.slice(0, 100))} is not a certificate claim`, {
      hint: `Claims: ${claimNames.join(", ")}.`,
    });
  });
  return { ...identity, name: `identity ${index + 1}`, claims: named };
}
