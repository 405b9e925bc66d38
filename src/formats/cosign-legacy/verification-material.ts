/**
 * The verification material that cosign keeps in the annotations of a signature's layer (sigstore/cosign, pkg/oci/static):
 *
 *     dev.sigstore.cosign/certificate        PEM of the signer's certificate
 *     dev.sigstore.cosign/chain              PEM of the issuing certificates, with the root
 *     dev.sigstore.cosign/bundle             the log entry with its inclusion promise (SET), as JSON
 *     dev.sigstore.cosign/rfc3161timestamp   {"SignedRFC3161Timestamp":BASE64}
 */
import { encodeUtf8, fromBase64 } from "../../core/bytes.ts";
import { malformed } from "../../core/errors.ts";
import { Fields, parseJson } from "../../core/json/json.ts";
import type { Certificate } from "../../core/x509/certificate.ts";
import { parsePemCertificates } from "../../core/x509/pem-certificates.ts";
import { formatLimits } from "../limits.ts";
import { parseLogBundle } from "./log-bundle.ts";
import type { SignatureEvidence, VerificationContent } from "../../verification/signature-evidence.ts";
import { materialAnnotations as names, type Annotations } from "./material-annotations.ts";

/** Throws MALFORMED, LIMIT_EXCEEDED, or UNSUPPORTED for an unknown kind of log entry. */
export function parseLegacyMaterial(annotations: Annotations): Pick<SignatureEvidence, "by" | "entries" | "timestamps"> {
  const bundle = annotations[names.bundle];
  const timestamp = annotations[names.timestamp];
  return {
    by: parseSigner(annotations),
    entries: bundle ? [parseLogBundle(bundle)] : [],
    timestamps: timestamp ? [parseTimestamp(timestamp)] : [],
  };
}

function parseSigner(annotations: Annotations): VerificationContent {
  const certificate = annotations[names.certificate];
  if (!certificate) return { kind: "key" };
  const [leaf, ...more] = certificatesIn(certificate, names.certificate);
  if (more.length > 0) throw malformed(`the annotation ${names.certificate} does not hold exactly one certificate`);
  const chain = annotations[names.chain];
  return { kind: "certificate", leaf, intermediates: chain ? certificatesIn(chain, names.chain) : [] };
}

function certificatesIn(pem: string, name: string): readonly [Certificate, ...Certificate[]] {
  return parsePemCertificates(encodeUtf8(pem), `the annotation ${name}`, formatLimits.chain);
}

function parseTimestamp(text: string): Uint8Array {
  const what = `the annotation ${names.timestamp}`;
  const fields = new Fields(parseJson(encodeUtf8(text), what, { maxValues: formatLimits.legacyValues }), what);
  return fromBase64(fields.string("SignedRFC3161Timestamp"), `${what}.SignedRFC3161Timestamp`);
}
