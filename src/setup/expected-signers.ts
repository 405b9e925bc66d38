/** The signers that a user names one by one, as a policy document: a signature by any one of them is enough. */
import type {
  AuthorityDocument,
  CertificateAuthorityDocument,
  IdentityDocument,
  KeyDocument,
  PemDocument,
  PolicyDocument,
} from "../policy/document.ts";

export interface ExpectedSigners {
  readonly keys?: readonly KeyDocument[];
  /** In certificates of the trusted sigstore instances. */
  readonly identities?: readonly IdentityDocument[];
  /** Certificate authorities whose signers are expected, for Notary Project signatures. */
  readonly certificates?: readonly CertificateAuthorityDocument[];
  /** Roots of timestamp authorities; with any, a signature under `certificates` needs a timestamp. */
  readonly timestampRoots?: readonly PemDocument[];
  /** Another document whose signers are expected too. */
  readonly others?: readonly AuthorityDocument[];
  readonly annotations?: Readonly<Record<string, string>>;
  /** Skips the certificate transparency log check. */
  readonly ignoresSct?: boolean;
  /** Skips the transparency log check. */
  readonly ignoresLog?: boolean;
  /** Accepts a timestamped signature whose log entry is pending. */
  readonly allowsPendingLog?: boolean;
}

/** Returns a policy of one rule for every image and file: a signature by any of them, with all of the annotations. */
export function expectedSignersPolicy(expected: ExpectedSigners): PolicyDocument {
  const others = expected.others ?? [];
  const authorities = [...[...signersOf(expected), ...certifiedBy(expected)].map((one) => renamed(one, others)), ...others];
  const annotations = Object.entries(expected.annotations ?? {}).map(([name, value]) => ({ name, value }));
  const signed = { name: "signed", from: authorities.map(({ name }) => name), ...(annotations.length > 0 && { annotations }) };
  return policyDocument("command-line", authorities, { signatures: [signed] });
}

/** An authority under its own name, or under another one if an authority of the user has that. */
function renamed(authority: AuthorityDocument, others: readonly AuthorityDocument[]): AuthorityDocument {
  const taken = new Set(others.map(({ name }) => name));
  let { name } = authority;
  while (taken.has(name)) name = `named ${name}`;
  return { ...authority, name };
}

/** Returns the policy that requires no signature. */
export function nothingRequired(name: string, reason: string): PolicyDocument {
  return policyDocument(name, [], { decision: "allow", reason });
}

function policyDocument(
  name: string,
  authorities: readonly AuthorityDocument[],
  rule: Omit<PolicyDocument["spec"]["rules"][number], "name" | "images">,
): PolicyDocument {
  return {
    apiVersion: "touchmark.dev/v1alpha1",
    kind: "TrustPolicy",
    metadata: { name },
    spec: { authorities, rules: [{ name: "any", images: ["**"], ...rule }] },
  };
}

function signersOf({
  keys = [],
  identities = [],
  ignoresLog,
  ignoresSct,
  allowsPendingLog,
}: ExpectedSigners): readonly AuthorityDocument[] {
  if (keys.length + identities.length === 0) return [];
  return [
    {
      name: "signer",
      keys,
      identities,
      log: ignoresLog === true ? "none" : allowsPendingLog === true ? "pending" : "required",
      sct: ignoresSct === true ? "none" : "required",
      timestamp: ignoresLog === true ? "afterExpiry" : "required",
    },
  ];
}

function certifiedBy({ certificates = [], timestampRoots = [] }: ExpectedSigners): readonly AuthorityDocument[] {
  if (certificates.length === 0) return [];
  const timestamp = timestampRoots.length > 0 ? "required" : "none";
  return [{ name: "certificate-authority", certificates, timestampAuthorities: timestampRoots, timestamp }];
}
