/**
 * Certificate path validation: from a certificate to a trusted root, at one time (RFC 5280, section 6).
 *
 * Paths are searched by name and signature first, then checked by the rules. The root is trusted
 * directly; its validity and constraints are checked all the same, like those of every intermediate.
 */
import { equalBytes } from "../core/bytes.ts";
import type { Code } from "../core/errors.ts";
import type { Check } from "../core/finding.ts";
import type { Instant } from "../core/instant.ts";
import type { Certificate } from "../core/x509/certificate.ts";
import { isSignedBy } from "../core/x509/is-signed-by.ts";
import { quoteName } from "../core/x509/name.ts";
import type { CertificateAuthority } from "../trust/trusted-root.ts";
import { breachOf, type Breach, type CertificateUsage } from "./certificate-rules.ts";
import type { Result } from "./result.ts";
import { verificationLimits } from "./limits.ts";

export interface CertificatePathRequest {
  readonly leaf: Certificate;
  /** Certificates in the evidence; untrusted. */
  readonly intermediates: readonly Certificate[];
  /** Authorities, any of which may verify the certificate. */
  readonly authorities: readonly CertificateAuthority[];
  readonly at: Instant;
  /** The required usage of the leaf. */
  readonly usage: CertificateUsage;
}

export interface CertificatePath {
  /** Certificates from the leaf to the root. */
  readonly chain: readonly Certificate[];
  /** The authority of the root. */
  readonly authority: CertificateAuthority;
}

/** Verifies by the first path that satisfies all rules; else reports what the first path violates. */
export async function verifyCertificatePath(request: CertificatePathRequest): Promise<Result<CertificatePath>> {
  const { leaf, intermediates, authorities, at, usage } = request;
  if (intermediates.length > verificationLimits.intermediates) {
    return stopped(
      "LIMIT_EXCEEDED",
      `${intermediates.length} intermediate certificates, over the limit of ${verificationLimits.intermediates}`,
    );
  }
  const budget = { tries: verificationLimits.pathTries };
  let firstBreach: Breach | undefined;
  for (const authority of authorities) {
    const root = authority.chain.at(-1);
    if (!root) continue;
    const between = [...authority.chain.slice(0, -1), ...intermediates];
    for await (const chain of pathsTo(root, [leaf], between, budget)) {
      const breach = breachOf({ chain, authority, at, usage });
      if (!breach) {
        const detail = `leads to ${authority.name} (${root.subject.text})`;
        return { check: { name: "certificate", outcome: "passed", detail }, value: { chain, authority } };
      }
      firstBreach ??= breach;
    }
  }
  if (budget.tries < 0) return stopped("LIMIT_EXCEEDED", `no path to a trusted root within ${verificationLimits.pathTries} tries`);
  if (firstBreach) return { check: { name: "certificate", ...firstBreach } };
  const names = authorities.map(({ name }) => name).join(", ") || "no authority";
  const detail = `issued by ${quoteName(leaf.issuer)}, which does not lead to what is trusted (${names})`;
  return { check: { name: "certificate", outcome: "failed", code: "CERTIFICATE_UNTRUSTED", detail } };
}

/** Yields every path from the end of a chain to the root by names and signatures. */
async function* pathsTo(
  root: Certificate,
  chain: readonly Certificate[],
  between: readonly Certificate[],
  budget: { tries: number },
): AsyncGenerator<readonly Certificate[], void> {
  const last = chain.at(-1);
  if (!last || chain.length > verificationLimits.pathLength) return;
  if (equalBytes(last.raw, root.raw)) {
    yield chain;
    return;
  }
  const seen: Certificate[] = [...chain];
  for (const issuer of [root, ...between]) {
    if (!equalBytes(last.issuer.raw, issuer.subject.raw) || seen.some(({ raw }) => equalBytes(raw, issuer.raw))) continue;
    seen.push(issuer);
    if (budget.tries-- <= 0) return;
    if (await isSignedBy(last, issuer)) yield* pathsTo(root, [...chain, issuer], between, budget);
  }
}

function stopped(code: Code, detail: string): { readonly check: Exclude<Check, { readonly outcome: "passed" }> } {
  return { check: { name: "certificate", outcome: "undecided", code, detail } };
}
