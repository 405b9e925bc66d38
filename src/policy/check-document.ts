/**
 * Checks a policy document before it is compiled: its members, its choices, its names, its size. A document comes from JSON or from a
 * program without types; what is not understood in it would otherwise be ignored, and would loosen the policy.
 */
import { closest } from "../core/closest.ts";
import { TouchmarkError } from "../core/errors.ts";
import type {
  AuthorityDocument,
  CertificateAuthorityDocument,
  IdentityDocument,
  PemDocument,
  PolicyDocument,
  PolicySpec,
  RuleDocument,
  SignatureRequirementDocument,
} from "./document.ts";
import { policyLimits } from "./limits.ts";

type Members<T> = Readonly<Record<keyof T & string, true>>;

const documentMembers: Members<PolicyDocument> = { apiVersion: true, kind: true, metadata: true, spec: true };
const specMembers: Members<PolicySpec> = { undecided: true, authorities: true, rules: true };
const authorityMembers: Members<AuthorityDocument> = {
  name: true,
  keys: true,
  identities: true,
  certificates: true,
  timestampAuthorities: true,
  log: true,
  sct: true,
  timestamp: true,
  revocation: true,
  signingTime: true,
  expiry: true,
  authenticity: true,
};
const pemMembers: Members<PemDocument> = { name: true, pem: true };
const identityMembers: Members<IdentityDocument> = {
  name: true,
  subject: true,
  subjectPattern: true,
  issuer: true,
  issuerPattern: true,
  claims: true,
};
const sourceMembers: Members<CertificateAuthorityDocument> = { ...pemMembers, store: true, subjects: true };
const ruleMembers: Members<RuleDocument> = { name: true, images: true, signatures: true, decision: true, reason: true };
const requirementMembers: Members<SignatureRequirementDocument> = { name: true, from: true, atLeast: true, annotations: true };
const pairMembers = { name: true, value: true } as const;

/** Throws USAGE, and LIMIT_EXCEEDED over `policyLimits`. */
export function checkDocument(document: PolicyDocument): void {
  checkMembers(document, documentMembers, "the policy");
  const { metadata, spec } = document;
  checkChoice(document.apiVersion ?? "", ["touchmark.dev/v1alpha1"], "apiVersion");
  checkChoice(document.kind ?? "", ["TrustPolicy"], "kind");
  checkMembers(metadata, { name: true }, "the policy's metadata");
  checkMembers(spec, specMembers, "the policy's spec");
  checkChoice(spec.undecided, ["deny", "allow"], "undecided");
  const { authorities, rules } = spec;
  checkSize(authorities, "authorities", "authorities");
  checkSize(authorities.flatMap(signersOf), "signers", "keys, identities and certificates");
  checkSize(
    authorities.flatMap(({ certificates = [] }) => certificates.flatMap(({ subjects = [] }) => subjects)),
    "subjects",
    "subjects of certificates",
  );
  checkSize(rules, "rules", "rules");
  checkSize(
    rules.flatMap(({ images }) => images),
    "patterns",
    "image patterns",
  );
  const requirements = rules.flatMap(({ signatures = [] }) => signatures);
  checkSize(requirements, "requirements", "requirements");
  checkSize(
    requirements.flatMap(({ from }) => from),
    "names",
    "names in requirements",
  );
  refuseTwice(authorities, "the policy has the authority");
  refuseTwice(rules, "the policy has the rule");
  authorities.forEach(checkAuthority);
  rules.forEach(checkRule);
}

function signersOf({ keys = [], identities = [], certificates = [], timestampAuthorities = [] }: AuthorityDocument): readonly unknown[] {
  return [...keys, ...identities, ...certificates, ...timestampAuthorities];
}

function checkAuthority(authority: AuthorityDocument): void {
  const what = `the authority ${quoted(authority.name)}`;
  checkMembers(authority, authorityMembers, what);
  checkChoice(authority.log, ["required", "pending", "none"], `log of ${what}`);
  checkChoice(authority.sct, ["required", "none"], `sct of ${what}`);
  checkChoice(authority.timestamp, ["required", "afterExpiry", "none"], `timestamp of ${what}`);
  checkChoice(authority.revocation, ["enforce", "warn", "none"], `revocation of ${what}`);
  checkChoice(authority.signingTime, ["enforce", "warn"], `signingTime of ${what}`);
  checkChoice(authority.expiry, ["enforce", "warn"], `expiry of ${what}`);
  checkChoice(authority.authenticity, ["enforce", "warn"], `authenticity of ${what}`);
  const { keys = [], identities = [], certificates = [], timestampAuthorities = [] } = authority;
  for (const one of [...keys, ...timestampAuthorities]) checkMembers(one, pemMembers, `a key or certificate of ${what}`);
  for (const one of identities) {
    checkMembers(one, identityMembers, `an identity of ${what}`);
    checkPairs(one.claims ?? [], `${quoted(one.name)} of ${what}`, "claim");
  }
  for (const one of certificates) {
    checkMembers(one, sourceMembers, `a certificate of ${what}`);
    checkChoice(one.store, ["ca", "signingAuthority"], `store of ${quoted(one.name)} of ${what}`);
  }
}

function checkRule(rule: RuleDocument): void {
  const what = `the rule ${quoted(rule.name)}`;
  checkMembers(rule, ruleMembers, what);
  checkChoice(rule.decision, ["allow"], `decision of ${what}`);
  const { signatures = [] } = rule;
  refuseTwice(signatures, `${what} has the requirement`);
  for (const requirement of signatures) checkRequirement(requirement, what);
}

function checkRequirement(requirement: SignatureRequirementDocument, rule: string): void {
  const { name, from, atLeast = 1, annotations = [] } = requirement;
  const what = `the requirement ${quoted(name)} of ${rule}`;
  checkMembers(requirement, requirementMembers, what);
  if (from.length === 0) throw usage(`${what} names no authority`);
  refuseTwice(
    from.map((authority) => ({ name: authority })),
    `${what} names the authority`,
  );
  if (!Number.isSafeInteger(atLeast) || atLeast < 1 || atLeast > from.length) {
    throw usage(
      `${what} needs signatures of ${String(atLeast).slice(0, 30)} authorities, expected 1 to ${from.length}, as many as it names`,
    );
  }
  checkPairs(annotations, what, "annotation");
}

function checkPairs(pairs: readonly { readonly name: string; readonly value: string }[], what: string, kind: string): void {
  checkSize(pairs, "pairs", `${kind}s in ${what}`);
  refuseTwice(pairs, `${what} has the ${kind}`);
  for (const pair of pairs) {
    checkMembers(pair, pairMembers, `the ${kind} ${quoted(pair.name)} of ${what}`);
    // Without a value, a missing claim would be the expected one.
    if (typeof pair.value !== "string") throw usage(`the ${kind} ${quoted(pair.name)} of ${what} has no value`);
  }
}

function checkMembers(object: object, known: Readonly<Record<string, true>>, what: string): void {
  const unknown = Object.keys(object).find((name) => !Object.hasOwn(known, name));
  if (unknown === undefined) return;
  const near = closest(unknown, Object.keys(known));
  throw usage(`${what} has no member ${quoted(unknown)}${near === undefined ? "" : `; did you mean ${near}?`}`);
}

/** What is left out has its default. */
function checkChoice(chosen: string | undefined, allowed: readonly string[], what: string): void {
  if (chosen === undefined || allowed.includes(chosen)) return;
  throw usage(`${what} is ${quoted(chosen)}, expected ${allowed.join(" or ")}`);
}

function checkSize(list: readonly unknown[], limit: keyof typeof policyLimits, what: string): void {
  const max = policyLimits[limit];
  if (list.length > max) throw new TouchmarkError("LIMIT_EXCEEDED", `${list.length} ${what} in a policy, over the limit of ${max}`);
}

/** Of two with one name the last would count alone. */
function refuseTwice(list: readonly { readonly name: string }[], what: string): void {
  const seen = new Set<string>();
  for (const { name } of list) {
    if (typeof name !== "string" || name === "") throw usage(`${what} without a name`);
    if (seen.has(name)) throw usage(`${what} ${quoted(name)} twice`);
    seen.add(name);
  }
}

/** Also of what is no text. */
function quoted(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value.slice(0, 100)) : typeof value;
}

function usage(message: string): TouchmarkError {
  return new TouchmarkError("USAGE", message);
}
