/**
 * Trust stores of the Notary Project (trust-store-trust-policy.md, "Trust Store"): folders of certificates, PEM or DER, with any
 * file names.
 *
 *     FOLDER/truststore/x509/{ca,signingAuthority,tsa}/NAME/…
 *
 * One invalid entry refuses the whole store: folders and symbolic links, other PEM blocks, certificates that are neither CA
 * certificates nor self-signed. Those of timestamp authorities are roots.
 */
import { join } from "node:path";
import { equalBytes } from "../../core/bytes.ts";
import { encodeDer, parseDer, tags } from "../../core/asn1/der.ts";
import { malformed, TouchmarkError } from "../../core/errors.ts";
import { parsePem } from "../../core/asn1/pem.ts";
import { describeCertificate, parseCertificate, type Certificate } from "../../core/x509/certificate.ts";
import { basicConstraints } from "../../core/x509/extensions.ts";
import { isSignedBy } from "../../core/x509/is-signed-by.ts";
import type { StoreName, StoreType } from "../../trust/notation/trust-policy.ts";
import { entryNamesIn, readPlainFile } from "./plain-file.ts";
import { trustSourceLimits } from "../limits.ts";

/** Returns the folder of a store in notation's folder, `~/.config/notation`. */
export function storeFolder({ type, name }: StoreName, folder: string): string {
  return join(folder, "truststore", "x509", type, name);
}

/** Reads the certificates of a store, at least one. `folder` is notation's. Throws FILE_NOT_FOUND, MALFORMED or LIMIT_EXCEEDED. */
export async function readTrustStore(store: StoreName, folder: string, signal: AbortSignal): Promise<readonly Certificate[]> {
  const path = storeFolder(store, folder);
  const certificates: Certificate[] = [];
  for (const file of await entryNamesIn(path, trustSourceLimits.storeFiles)) {
    const at = join(path, file);
    certificates.push(...(await parseTrusted(await readPlainFile(at, trustSourceLimits.storeFileBytes, signal), store.type, at)));
    if (certificates.length > trustSourceLimits.storeCertificates) {
      throw new TouchmarkError("LIMIT_EXCEEDED", `${path} has more certificates than ${trustSourceLimits.storeCertificates}`);
    }
  }
  if (certificates.length === 0) throw malformed(`${path} has no certificate`);
  return certificates;
}

/** Parses the certificates of one file and checks that a store of this type may hold each; `at` names the file. Throws MALFORMED or LIMIT_EXCEEDED. */
export async function parseTrusted(bytes: Uint8Array, type: StoreType, at: string): Promise<readonly Certificate[]> {
  const certificates = derIn(bytes, at).map((der) => parseCertificate(der, `a certificate in ${at}`));
  if (certificates.length === 0) throw malformed(`${at} has no certificate`);
  for (const certificate of certificates) {
    const isAuthority = basicConstraints(certificate)?.ca === true;
    const isRoot = (!isAuthority || type === "tsa") && (await isOwnIssuer(certificate));
    if (type === "tsa" && !(isAuthority && isRoot)) throw malformed(`${at} has ${describeCertificate(certificate)}, which is not a root`);
    if (!isAuthority && !isRoot)
      throw malformed(`${at} has ${describeCertificate(certificate)}, which is neither an authority's nor signed by itself`);
  }
  return certificates;
}

async function isOwnIssuer(certificate: Certificate): Promise<boolean> {
  return equalBytes(certificate.issuer.raw, certificate.subject.raw) && (await isSignedBy(certificate, certificate));
}

function derIn(bytes: Uint8Array, at: string): readonly Uint8Array[] {
  const blocks = Buffer.from(bytes).includes("-----BEGIN ") ? parsePem(bytes, at) : [];
  const other = blocks.find(({ label }) => label !== "CERTIFICATE");
  if (other) throw malformed(`${at} has a ${other.label} block, expected certificates alone`);
  if (blocks.length > 0) return blocks.map((block) => block.bytes);
  // Concatenated DER certificates are the content of a SEQUENCE of them.
  return parseDer(encodeDer(tags.sequence, bytes), at).children.map(({ raw }) => raw);
}
