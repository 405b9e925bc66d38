/** Compiles a policy document: parses its keys, patterns and certificates into a policy and the trust that it needs. */
import { encodeUtf8 } from "../core/bytes.ts";
import { digestOf } from "../core/digest.ts";
import { TouchmarkError } from "../core/errors.ts";
import type { CheckName } from "../core/finding.ts";
import { parsePemCertificates } from "../core/x509/pem-certificates.ts";
import { identityContent, type TrustedIdentity } from "../trust/identity.ts";
import { parseTrustedName } from "../trust/notation/trusted-names.ts";
import { parsePublicKey } from "../trust/parse-public-key.ts";
import { exactly, matching, type TextPattern } from "../trust/text-pattern.ts";
import { makeTrust, type Trust, type TrustedCertificate } from "../trust/trust.ts";
import type { TrustedRoot } from "../trust/trusted-root.ts";
import { defaultStrictness, type Authority, type CertificateSource, type Strictness } from "./authority.ts";
import type {
  AuthorityDocument,
  CertificateAuthorityDocument,
  IdentityDocument,
  PemDocument,
  PolicyDocument,
  RuleDocument,
} from "./document.ts";
import { checkDocument } from "./check-document.ts";
import { imagePattern } from "./image-pattern.ts";
import { policyLimits } from "./limits.ts";
import type { Policy, Rule, SignatureRequirement } from "./policy.ts";

/** A policy, and the trust under which evidence is verified. */
export interface PolicyAndTrust {
  readonly policy: Policy;
  readonly trust: Trust;
}

export interface CompileOptions {
  /** The trusted roots of sigstore instances, which vouch for identities. */
  readonly roots?: readonly TrustedRoot[];
}

/**
 * Throws INVALID_KEY, MALFORMED, LIMIT_EXCEEDED or USAGE for a key, certificate, name or pattern that cannot be read, USAGE for a
 * requirement with an undefined authority, and what `checkDocument` throws.
 */
export async function compilePolicy(document: PolicyDocument, { roots = [] }: CompileOptions = {}): Promise<PolicyAndTrust> {
  checkDocument(document);
  const { metadata, spec } = document;
  const compiled = await Promise.all(spec.authorities.map(compileAuthority));
  const authorities = new Map(compiled.map(({ authority }) => [authority.name, authority]));
  const rules = spec.rules.map((rule) => compileRule(rule, authorities));
  const undecided = spec.undecided ?? "deny";
  const trust = makeTrust({
    keys: compiled.flatMap(({ authority }) => authority.keys),
    roots,
    stores: {
      ca: compiled.flatMap(({ stores }) => stores.ca),
      signingAuthority: compiled.flatMap(({ stores }) => stores.signingAuthority),
      tsa: compiled.flatMap(({ stores }) => stores.tsa),
    },
  });
  const content = JSON.stringify({
    undecided,
    authorities: compiled.map(({ authority }) => contentOf(authority)),
    rules: spec.rules.map(ruleContent),
  });
  const policy: Policy = {
    name: metadata.name,
    digest: digestOf(encodeUtf8(content)),
    undecided,
    rules,
    wants: { kinds: ["signature"] },
    unchecked: uncheckedBy([...authorities.values()]),
  };
  return { policy, trust };
}

interface Stores {
  readonly ca: readonly TrustedCertificate[];
  readonly signingAuthority: readonly TrustedCertificate[];
  readonly tsa: readonly TrustedCertificate[];
}

interface Compiled {
  readonly authority: Authority;
  readonly stores: Stores;
}

async function compileAuthority(document: AuthorityDocument): Promise<Compiled> {
  const { name, keys = [], identities = [], certificates = [], timestampAuthorities = [] } = document;
  const sources = certificates.map(compileSource);
  const stampers = timestampAuthorities.flatMap(certificatesOf);
  const ofStore = (store: CertificateSource["store"]): readonly TrustedCertificate[] =>
    sources.filter(({ source }) => source.store === store).flatMap((one) => one.certificates);
  return {
    authority: {
      ...defaultStrictness,
      ...strictnessIn(document),
      name,
      keys: keys.map(({ name: file, pem }) => ({ name: file, publicKey: parsePublicKey(encodeUtf8(pem), file) })),
      identities: await Promise.all(identities.map(compileIdentity)),
      certificates: sources.map(({ source }) => source),
      timestampAuthorities: new Set(stampers.map(({ certificate }) => digestOf(certificate.raw))),
    },
    stores: { ca: ofStore("ca"), signingAuthority: ofStore("signingAuthority"), tsa: stampers },
  };
}

function strictnessIn(document: AuthorityDocument): Partial<Strictness> {
  const { log, sct, timestamp, revocation, signingTime, expiry, authenticity } = document;
  const given = Object.entries({ log, sct, timestamp, revocation, signingTime, expiry, authenticity });
  return Object.fromEntries(given.filter(([, value]) => value !== undefined));
}

function compileSource(document: CertificateAuthorityDocument): {
  readonly source: CertificateSource;
  readonly certificates: readonly TrustedCertificate[];
} {
  const { name, store = "ca", subjects } = document;
  const certificates = certificatesOf(document);
  const anchors = new Set(certificates.map(({ certificate }) => digestOf(certificate.raw)));
  return {
    source: {
      name,
      store,
      anchors,
      subjects: !subjects || isAnyone(subjects) ? "any" : subjects.map((text) => parseTrustedName(text, name)),
    },
    certificates,
  };
}

function isAnyone(subjects: readonly string[]): boolean {
  return subjects.length === 1 && subjects[0] === "*";
}

function certificatesOf({ name, pem }: PemDocument): readonly TrustedCertificate[] {
  return parsePemCertificates(encodeUtf8(pem), name, policyLimits.certificates).map((certificate) => ({ name, certificate }));
}

async function compileIdentity({
  name,
  subject,
  subjectPattern,
  issuer,
  issuerPattern,
  claims = [],
}: IdentityDocument): Promise<TrustedIdentity> {
  return {
    subject: await textPattern(subject, subjectPattern, `the subject of ${name}`),
    issuer: await textPattern(issuer, issuerPattern, `the issuer of ${name}`),
    claims: Object.fromEntries(claims.map((claim) => [claim.name, claim.value])),
  };
}

async function textPattern(text: string | undefined, pattern: string | undefined, what: string): Promise<TextPattern> {
  if ((text === undefined) === (pattern === undefined))
    throw new TouchmarkError("USAGE", `${what} is given as a text or as a pattern, and not as both`);
  // A certificate that names no issuer has the issuer "".
  if (text === "") throw new TouchmarkError("USAGE", `${what} is empty`);
  return text === undefined ? matching(pattern ?? "") : exactly(text);
}

function compileRule({ name, images, signatures = [], decision, reason }: RuleDocument, authorities: ReadonlyMap<string, Authority>): Rule {
  if (signatures.length > 0 === (decision !== undefined))
    throw new TouchmarkError("USAGE", `the rule ${name} requires signatures or decides without, and not both`);
  if (decision !== undefined && reason === undefined)
    throw new TouchmarkError("USAGE", `the rule ${name} decides without evidence and gives no reason`);
  const patterns = images.map(imagePattern);
  return {
    name,
    matches: (repository) => patterns.map((pattern) => pattern(repository)).reduce(higher, undefined),
    signatures: signatures.map(({ name: requirement, from, atLeast = 1, annotations = [] }): SignatureRequirement => ({
      name: requirement,
      from: from.map((one) => authorities.get(one) ?? unknownAuthority(one, name)),
      atLeast,
      annotations: Object.fromEntries(annotations.map((annotation) => [annotation.name, annotation.value])),
    })),
  };
}

function higher(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || (b !== undefined && b > a) ? b : a;
}

function unknownAuthority(authority: string, rule: string): never {
  throw new TouchmarkError(
    "USAGE",
    `the rule ${rule} names the authority ${JSON.stringify(authority.slice(0, 100))}; there is no such authority`,
  );
}

function uncheckedBy(authorities: readonly Authority[]): readonly CheckName[] {
  const names = ["sct", "log"] as const;
  return names.filter((name) => authorities.some((authority) => authority[name] === "none"));
}

/** An authority's expectations without its name: equal if and only if the expectations are equal. */
function contentOf(authority: Authority): unknown {
  const { name, keys, identities, certificates, timestampAuthorities, log, sct, timestamp, revocation, signingTime, expiry, authenticity } =
    authority;
  return {
    name,
    keys: keys.map(({ publicKey }) => publicKey.fingerprint).toSorted(),
    identities: identities.map(identityContent).toSorted(),
    certificates: certificates.map(({ store, anchors, subjects }) => [
      store,
      [...anchors].toSorted(),
      subjects === "any" ? subjects : subjects.map(({ text }) => text),
    ]),
    timestampAuthorities: [...timestampAuthorities].toSorted(),
    strictness: [log, sct, timestamp, revocation, signingTime, expiry, authenticity],
  };
}

function ruleContent({ name, images, signatures = [], decision }: RuleDocument): unknown {
  const sorted = signatures.map(({ annotations = [], ...rest }) => ({
    ...rest,
    annotations: annotations.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
  }));
  return { name, images, decision, signatures: sorted };
}
