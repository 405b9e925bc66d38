/** Certificates with every extension that is read of them, revocation lists and OCSP responses. */
import { describeCertificate, parseCertificate, type Certificate } from "../../../src/core/x509/certificate.ts";
import { certificateIdentity } from "../../../src/core/x509/certificate-identity.ts";
import { parseCrl } from "../../../src/core/x509/crl.ts";
import { crlPoints, freshestPoints, ocspUrls } from "../../../src/core/x509/distribution-points.ts";
import * as extensions from "../../../src/core/x509/extensions.ts";
import { parseOcspResponse } from "../../../src/core/x509/ocsp.ts";
import { parsePemCertificates } from "../../../src/core/x509/pem-certificates.ts";
import { TouchmarkError } from "../../../src/core/errors.ts";
import { files, jwsHeader, pemBlocks } from "../seeds.ts";
import { usualCodes, type FuzzTarget } from "../target.ts";

const readers: readonly ((certificate: Certificate) => unknown)[] = [
  extensions.authorityKeyIdentifier,
  extensions.basicConstraints,
  extensions.extendedKeyUsage,
  extensions.keyUsage,
  extensions.subjectAltNames,
  extensions.subjectKeyIdentifier,
  crlPoints,
  freshestPoints,
  ocspUrls,
  describeCertificate,
  certificateIdentity,
  ({ publicKey }) => publicKey.fingerprint,
];
const codes = [...usualCodes, "INVALID_KEY"] as const;
const certificates = (): readonly Uint8Array[] => [
  ...pemBlocks("test/vectors/revocation/*.pem", "test/vectors/keys/openssl/certificate.pem", "test/fakes/pki/*.crt"),
  ...jwsHeader("jws-timestamped").certificates,
  ...jwsHeader("jws-ps256").certificates,
];

/** Each extension is read, whatever becomes of those before it; the first refusal is thrown on. */
function readAll(certificate: Certificate): void {
  let refusal: unknown;
  for (const read of readers) {
    try {
      read(certificate);
    } catch (error) {
      if (!(error instanceof TouchmarkError)) throw error;
      refusal ??= error;
    }
  }
  if (refusal !== undefined) throw refusal;
}

export const x509: readonly FuzzTarget[] = [
  { name: "certificate", shape: "der", codes, seeds: certificates, read: (input) => readAll(parseCertificate(input)) },
  {
    name: "pem-certificates",
    shape: "pem",
    codes,
    seeds: () => files("test/vectors/revocation/*.pem"),
    read: (input) => parsePemCertificates(input, "input", 4).forEach(({ subject }) => subject.text),
  },
  {
    name: "crl",
    shape: "der",
    codes: usualCodes,
    seeds: () => files("test/vectors/revocation/list.crl"),
    read(input) {
      const list = parseCrl(input);
      for (const serial of [[1], [2], [0x7f], []]) list.find(Uint8Array.from(serial));
    },
  },
  {
    name: "ocsp",
    shape: "der",
    codes: [...usualCodes, "REVOCATION_UNKNOWN"],
    seeds: () => files("test/vectors/revocation/*.ocsp"),
    read: parseOcspResponse,
  },
];
