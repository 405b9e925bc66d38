/** Describes a signature requirement in messages. */
import { trimBlanks } from "../core/ascii.ts";
import { describeIdentity } from "../trust/identity.ts";
import type { CertificateSource } from "./authority.ts";
import type { SignatureRequirement } from "./policy.ts";

/** `a signature by touchmark.pub (sha256:…) or any signer under ca.pem with env=prod`. */
export function expectation({ from, atLeast, annotations }: SignatureRequirement): string {
  const keys = from.flatMap((authority) => authority.keys.map(({ name, publicKey }) => `${name} (sha256:${publicKey.fingerprint})`));
  const identities = from.flatMap((authority) => authority.identities.map(describeIdentity));
  const sources = new Map(from.flatMap((authority) => authority.certificates.map((source) => [describeSource(source), source])));
  const pairs = Object.entries(annotations).map(([key, value]) => `${key}=${value}`);
  const signers = [...keys, ...identities, ...sources.keys()].join(" or ");
  const many = atLeast > 1 ? `signatures by ${atLeast} of ` : "a signature by ";
  return `${many}${signers}${pairs.length > 0 ? ` with ${pairs.join(", ")}` : ""}`;
}

function describeSource({ name, subjects }: CertificateSource): string {
  if (subjects === "any") return `any signer under ${name}`;
  return `${subjects.map(({ text, subject }) => (subject ? trimBlanks(subject.text) : text)).join(" or ")} under ${name}`;
}
