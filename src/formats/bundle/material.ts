/** By what a bundle says it is to be verified: a key named by a hint, or certificates from the signer's upward, without the root. */
import { equalBytes, fromBase64 } from "../../core/bytes.ts";
import { malformed } from "../../core/errors.ts";
import type { Fields } from "../../core/json.ts";
import { parseCertificate, type Certificate } from "../../core/x509/certificate.ts";
import type { BundleVersion } from "./sigstore-bundle.ts";

export type Material =
  | { readonly kind: "publicKey"; readonly hint: string }
  | { readonly kind: "certificate"; readonly leaf: Certificate; readonly intermediates: readonly Certificate[] };

const maxChain = 10;

/** Reads the one of the three that the verification material holds. Throws MALFORMED or LIMIT_EXCEEDED. */
export function parseMaterial(fields: Fields, version: BundleVersion): Material {
  const kinds = ["publicKey", "certificate", "x509CertificateChain"].filter((name) => fields.has(name));
  if (kinds.length !== 1) throw malformed("bundle.verificationMaterial does not hold exactly one key or certificate");
  if (kinds[0] === "publicKey") return { kind: "publicKey", hint: fields.fields("publicKey").optionalString("hint") ?? "" };
  if (kinds[0] === "certificate") return { kind: "certificate", leaf: readCertificate(fields.fields("certificate")), intermediates: [] };
  if (version === "0.3") throw malformed("a bundle of version 0.3 holds one certificate, and this one has a chain");
  const chain = fields.fields("x509CertificateChain");
  const [leaf, ...intermediates] = chain.objects("certificates", maxChain).map(readCertificate);
  if (!leaf) throw malformed(`${chain.at} is empty`);
  if ([leaf, ...intermediates].some(({ issuer, subject }) => equalBytes(issuer.raw, subject.raw))) {
    throw malformed(`${chain.at} holds a root, which only the trust may name`);
  }
  return { kind: "certificate", leaf, intermediates };
}

function readCertificate(fields: Fields): Certificate {
  const at = `${fields.at}.rawBytes`;
  return parseCertificate(fromBase64(fields.string("rawBytes"), at), at);
}
