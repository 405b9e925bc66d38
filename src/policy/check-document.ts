/**
 * Checks the shape of a policy document: unknown members, values and names that are given twice. A misspelt member would otherwise loosen
 * the policy silently.
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

/** Throws USAGE, or LIMIT_EXCEEDED for a list past its bound. */
export function checkDocument(document: PolicyDocument): void {
  checkMembers(document, documentMembers, "the policy");
  checkValue(document.apiVersion, ["touchmark.dev/v1alpha1"], "apiVersion of the policy");
  checkValue(document.kind, ["TrustPolicy"], "kind of the policy");
  checkMembers(document.metadata, { name: true }, "metadata of the policy");
  const { spec } = document;
  checkMembers(spec, specMembers, "spec of the policy");
  checkValue(spec.undecided, ["deny", "allow"], "undecided of the policy");
  checkNames(spec.authorities, "authority", policyLimits.authorities);
  checkNames(spec.rules, "rule", policyLimits.rules);
  for (const authority of spec.authorities) checkAuthority(authority);
  const names = new Set(spec.authorities.map(({ name }) => name));
  for (const rule of spec.rules) checkRule(rule, names);
}

type Members<T> = Readonly<Record<keyof Required<T> & string, true>>;

const documentMembers: Members<PolicyDocument> = { apiVersion: true, kind: true, metadata: true, spec: true };
const specMembers: Members<PolicySpec> = { undecided: true, authorities: true, rules: true };
const pemMembers: Members<PemDocument> = { name: true, pem: true };
const certificateMembers: Members<CertificateAuthorityDocument> = { ...pemMembers, store: true, subjects: true };
const identityMembers: Members<IdentityDocument> = {
  name: true,
  subject: true,
  subjectPattern: true,
  issuer: true,
  issuerPattern: true,
  claims: true,
};
const requirementMembers: Members<SignatureRequirementDocument> = { name: true, from: true, atLeast: true, annotations: true };
const ruleMembers: Members<RuleDocument> = { name: true, images: true, signatures: true, decision: true, reason: true };
const pairMembers = { name: true, value: true } as const;

/** The members of an authority that have a few values, and those values. */
const strictnessValues = {
  log: ["required", "pending", "none"],
  sct: ["required", "none"],
  timestamp: ["required", "afterExpiry", "none"],
  revocation: ["enforce", "warn", "none"],
  signingTime: ["enforce", "warn"],
  expiry: ["enforce", "warn"],
  authenticity: ["enforce", "warn"],
} as const satisfies Partial<Record<keyof AuthorityDocument, readonly string[]>>;
const strictnessNames = ["log", "sct", "timestamp", "revocation", "signingTime", "expiry", "authenticity"] as const;

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

function checkAuthority(authority: AuthorityDocument): void {
  const { name, keys = [], identities = [], certificates = [], timestampAuthorities = [] } = authority;
  const what = `the authority ${quote(name)}`;
  checkMembers(authority, authorityMembers, what);
  for (const member of strictnessNames) checkValue(authority[member], strictnessValues[member], `${member} of ${what}`);
  for (const list of [keys, identities, certificates, timestampAuthorities]) checkLength(list, policyLimits.entries, what);
  for (const key of [...keys, ...timestampAuthorities]) checkMembers(key, pemMembers, `a key or certificate of ${what}`);
  for (const certificate of certificates) {
    checkMembers(certificate, certificateMembers, `a certificate of ${what}`);
    checkValue(certificate.store, ["ca", "signingAuthority"], `store of ${what}`);
  }
  for (const identity of identities) {
    checkMembers(identity, identityMembers, `an identity of ${what}`);
    checkPairs(identity.claims, `claim of ${what}`);
  }
}

function checkRule(rule: RuleDocument, authorities: ReadonlySet<string>): void {
  const { name, images, signatures = [], decision, reason } = rule;
  const what = `the rule ${quote(name)}`;
  checkMembers(rule, ruleMembers, what);
  checkValue(decision, ["allow"], `decision of ${what}`);
  checkLength(images, policyLimits.entries, what);
  if (signatures.length > 0 === (decision !== undefined)) throw wrong(`${what} requires signatures or decides without, and not both`);
  if (decision !== undefined && reason === undefined) throw wrong(`${what} decides without evidence and gives no reason`);
  checkNames(signatures, `requirement of ${what}`, policyLimits.entries);
  for (const requirement of signatures) checkRequirement(requirement, what, authorities);
}

function checkRequirement(requirement: SignatureRequirementDocument, rule: string, authorities: ReadonlySet<string>): void {
  const { name, from, atLeast = 1, annotations } = requirement;
  const what = `the requirement ${quote(name)} of ${rule}`;
  checkMembers(requirement, requirementMembers, what);
  checkLength(from, policyLimits.entries, what);
  if (from.length === 0) throw wrong(`${what} names no authority`);
  const unknown = from.find((one) => !authorities.has(one));
  if (unknown !== undefined) throw wrong(`${what} names the authority ${quote(unknown)}, which the policy does not define`);
  checkOnce(from, `authority in ${what}`);
  if (!Number.isSafeInteger(atLeast) || atLeast < 1 || atLeast > from.length)
    throw wrong(`atLeast of ${what} is ${atLeast}; expected a whole number from 1 to ${from.length}, the number of its authorities`);
  checkPairs(annotations, `annotation of ${what}`);
}

function checkPairs(pairs: readonly { readonly name: string; readonly value: string }[] = [], what: string): void {
  for (const pair of pairs) checkMembers(pair, pairMembers, `an ${what}`.replace("an claim", "a claim"));
  checkNames(pairs, what, policyLimits.entries);
}

function checkNames(list: readonly { readonly name: string }[], what: string, max: number): void {
  checkLength(list, max, `the list of each ${what}`);
  checkOnce(
    list.map(({ name }) => name),
    what,
  );
}

function checkOnce(names: readonly string[], what: string): void {
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw wrong(`the ${what} ${quote(twice)} is given twice`);
}

function checkLength(list: readonly unknown[], max: number, what: string): void {
  if (list.length <= max) return;
  throw new TouchmarkError("LIMIT_EXCEEDED", `${what} has ${list.length} entries, over the limit of ${max}`);
}

function checkMembers(value: object, known: Readonly<Record<string, true>>, what: string): void {
  const unknown = Object.keys(value).find((member) => !Object.hasOwn(known, member));
  if (unknown === undefined) return;
  const near = closest(unknown, Object.keys(known));
  throw wrong(`${what} has the member ${quote(unknown)}, which is not known${near === undefined ? "" : `; did you mean ${near}?`}`);
}

function checkValue(value: string | undefined, values: readonly string[], what: string): void {
  if (value === undefined || values.includes(value)) return;
  throw wrong(`${what} is ${quote(value)}; expected ${values.join(", ")}`);
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}

function wrong(message: string): TouchmarkError {
  return new TouchmarkError("USAGE", message, { hint: "Correct the policy." });
}
