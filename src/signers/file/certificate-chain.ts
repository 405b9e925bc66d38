/** Reads the certificate chain of a key from a PEM file. */
import { equalBytes } from "../../core/bytes.ts";
import { TouchmarkError } from "../../core/errors.ts";
import type { PublicKey } from "../../core/keys/public-key.ts";
import type { Certificate } from "../../core/x509/certificate.ts";
import { quoteName } from "../../core/x509/name.ts";
import { parsePemCertificates } from "../../core/x509/pem-certificates.ts";
import { readSource, type SourceOptions } from "../../files/read-source.ts";
import { keyFileLimits } from "./limits.ts";

/** Returns the key's own certificate first. Throws FILE_NOT_FOUND, MALFORMED, LIMIT_EXCEEDED, or CERTIFICATE_INVALID if the first is for another key. */
export async function readCertificateChain(
  reference: string,
  key: PublicKey,
  options: Omit<SourceOptions, "maxBytes">,
): Promise<readonly Certificate[]> {
  const chain = parsePemCertificates(
    await readSource(reference, { ...options, maxBytes: keyFileLimits.chainBytes }),
    reference,
    keyFileLimits.chain,
  );
  const [leaf] = chain;
  if (equalBytes(leaf.spki, key.spki)) return chain;
  throw new TouchmarkError("CERTIFICATE_INVALID", `the first certificate of ${reference}, ${quoteName(leaf.subject)}, is for another key`, {
    hint: "Put the signing key's own certificate first, and after it those above it, up to the root.",
  });
}
