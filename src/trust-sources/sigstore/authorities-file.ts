/** Certificate authorities in a PEM file, as cosign's variable SIGSTORE_ROOT_FILE names one: roots, and what is between them and signers. */
import { equalBytes } from "../../core/bytes.ts";
import { TouchmarkError } from "../../core/errors.ts";
import type { Certificate } from "../../core/x509/certificate.ts";
import { quoteName } from "../../core/x509/name.ts";
import { parsePemCertificates } from "../../core/x509/pem-certificates.ts";
import { readSource, type SourceOptions } from "../../files/read-source.ts";
import { operatorOf } from "../../trust/operator.ts";
import type { CertificateAuthority } from "../../trust/trusted-root.ts";
import { trustSourceLimits } from "../limits.ts";

/**
 * An authority for each certificate, with the chain from it up to its root, in whatever order they stand. Throws MALFORMED for what
 * holds no certificates or lacks one above another, LIMIT_EXCEEDED, FILE_NOT_FOUND.
 */
export async function readAuthorities(path: string, sources: Omit<SourceOptions, "maxBytes">): Promise<readonly CertificateAuthority[]> {
  const all = parsePemCertificates(
    await readSource(path, { ...sources, maxBytes: trustSourceLimits.pemBytes }),
    path,
    trustSourceLimits.authorityCertificates,
  );
  return all.map((issuing) => {
    const chain = chainOf(issuing, all, path);
    return { name: path, operator: operatorOf(path), chain, validFor: { start: issuing.notBefore, end: issuing.notAfter } };
  });
}

function chainOf(issuing: Certificate, all: readonly Certificate[], path: string): readonly Certificate[] {
  const chain = [issuing];
  for (let last = issuing; !equalBytes(last.issuer.raw, last.subject.raw);) {
    const above = all.find(({ subject }) => equalBytes(subject.raw, last.issuer.raw));
    if (!above || chain.includes(above)) {
      throw new TouchmarkError("MALFORMED", `${path} holds a certificate by ${quoteName(last.issuer)}, and not the one above it`);
    }
    chain.push(above);
    last = above;
  }
  return chain;
}
