/** Reads certificate authorities, roots and intermediates, from a PEM file, such as the one of cosign's variable SIGSTORE_ROOT_FILE. */
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
 * Returns an authority for each certificate, with its chain up to the root; the order in the file does not matter. Throws MALFORMED
 * if the file has no certificates or an issuer is missing, LIMIT_EXCEEDED, FILE_NOT_FOUND.
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
