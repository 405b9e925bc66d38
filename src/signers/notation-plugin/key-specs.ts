/** The key specs of plugins, each with its one algorithm (Notary Project, plugin-extensibility, "describe-key" and "generate-signature"). */
import type { PublicKey } from "../../core/keys/public-key.ts";
import { signingSchemes as schemes, type SigningScheme } from "../../core/keys/signature-schemes.ts";

export interface KeySpec {
  readonly name: string;
  readonly hashAlgorithm: string;
  readonly signingAlgorithm: string;
  readonly scheme: SigningScheme;
}

const specs: readonly KeySpec[] = [
  { name: "EC-256", hashAlgorithm: "SHA-256", signingAlgorithm: "ECDSA-SHA-256", scheme: schemes["ecdsa-sha256-p1363"] },
  { name: "EC-384", hashAlgorithm: "SHA-384", signingAlgorithm: "ECDSA-SHA-384", scheme: schemes["ecdsa-sha384-p1363"] },
  { name: "EC-521", hashAlgorithm: "SHA-512", signingAlgorithm: "ECDSA-SHA-512", scheme: schemes["ecdsa-sha512-p1363"] },
  { name: "RSA-2048", hashAlgorithm: "SHA-256", signingAlgorithm: "RSASSA-PSS-SHA-256", scheme: schemes["rsa-pss-sha256"] },
  { name: "RSA-3072", hashAlgorithm: "SHA-384", signingAlgorithm: "RSASSA-PSS-SHA-384", scheme: schemes["rsa-pss-sha384"] },
  { name: "RSA-4096", hashAlgorithm: "SHA-512", signingAlgorithm: "RSASSA-PSS-SHA-512", scheme: schemes["rsa-pss-sha512"] },
];

export function keySpecOf(name: string): KeySpec | undefined {
  return specs.find((spec) => spec.name === name);
}

/** Returns a key's description in the form of key specs, `EC-256`, `RSA-2048`; for unsupported keys too. */
export function keySpecName({ key, algorithm }: PublicKey): string {
  const [, curve] = /^ecdsa-p(\d+)$/.exec(algorithm.name) ?? [];
  if (curve !== undefined) return `EC-${curve}`;
  return algorithm.name === "rsa" ? `RSA-${key.asymmetricKeyDetails?.modulusLength}` : algorithm.name;
}
