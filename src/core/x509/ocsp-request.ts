/**
 * OCSP requests (RFC 6960, section 4.1): one certificate, no nonce, so that the response may come from a cache.
 *
 *     OCSPRequest: SEQUENCE { tbsRequest SEQUENCE { requestList SEQUENCE { SEQUENCE { reqCert CertID } } } }
 *     CertID: SEQUENCE { hashAlgorithm, issuerNameHash OCTET STRING, issuerKeyHash OCTET STRING, serialNumber INTEGER }
 *
 * The hash is SHA-1: it only identifies the issuer, and many responders support no other.
 */
import { equalBytes } from "../bytes.ts";
import { encodeDer, Members, parseDer, tags, type Der } from "../asn1/der.ts";
import { readBitStringBytes, readIntegerBytes, readOctetString, readOid } from "../asn1/der-values.ts";
import { hash } from "../keys/hash.ts";
import type { Certificate } from "./certificate.ts";

/** OID 1.3.14.3.2.26, encoded. */
const sha1 = encodeDer(tags.sequence, encodeDer(tags.oid, Buffer.from("2b0e03021a", "hex")), encodeDer(tags.null));

export function encodeOcspRequest(certificate: Certificate, issuer: Certificate): Uint8Array {
  const { name, key } = hashesOf(issuer);
  const ids = [encodeDer(tags.octetString, name), encodeDer(tags.octetString, key), encodeDer(tags.integer, certificate.serial)];
  const request = encodeDer(tags.sequence, encodeDer(tags.sequence, sha1, ...ids));
  return encodeDer(tags.sequence, encodeDer(tags.sequence, encodeDer(tags.sequence, request)));
}

/** Whether a CertID identifies this certificate by SHA-1, as in our requests. Throws MALFORMED. */
export function isCertificateId(id: Der, certificate: Certificate, issuer: Certificate): boolean {
  const what = "the OCSP answer's certID";
  const members = new Members(id, tags.sequence, what);
  const algorithm = new Members(members.take("hashAlgorithm"), tags.sequence, `${what}.hashAlgorithm`);
  const isSha1 = readOid(algorithm.take("algorithm"), what) === "1.3.14.3.2.26";
  const name = readOctetString(members.take("issuerNameHash"), what);
  const key = readOctetString(members.take("issuerKeyHash"), what);
  const serial = readIntegerBytes(members.take("serialNumber"), what);
  members.end();
  const expected = hashesOf(issuer);
  return isSha1 && equalBytes(name, expected.name) && equalBytes(key, expected.key) && equalBytes(serial, certificate.serial);
}

/** SHA-1 of a certificate's key, without the SPKI's algorithm. */
export function keyHash({ spki }: Certificate): Uint8Array {
  const members = new Members(parseDer(spki, "the public key"), tags.sequence, "the public key");
  members.take("algorithm");
  return hash("sha1", readBitStringBytes(members.take("subjectPublicKey"), "the public key"));
}

function hashesOf(issuer: Certificate): { readonly name: Uint8Array; readonly key: Uint8Array } {
  return { name: hash("sha1", issuer.subject.raw), key: keyHash(issuer) };
}
