/**
 * CMS signed data (RFC 5652, sections 3 and 5), as timestamps use it: encapsulated content, one signer, signed attributes.
 *
 *     ContentInfo ::= SEQUENCE { id-signedData, [0] SignedData }
 *     SignedData ::= SEQUENCE { version, digestAlgorithms, SEQUENCE { eContentType, [0] OCTET STRING }, [0] certificates?, [1] crls?, signerInfos }
 *     SignerInfo ::= SEQUENCE { version, sid, digestAlgorithm, [0] signedAttrs, signatureAlgorithm, signature, [1] unsignedAttrs? }
 *
 * Only DER is read. Unsigned parts that are not needed (revocation lists, unsigned attributes) are skipped.
 */
import { equalBytes } from "../bytes.ts";
import { contextTag, inside, Members, tags, type Der } from "../asn1/der.ts";
import { readInteger, readIntegerBytes, readOctetString, readOid } from "../asn1/der-values.ts";
import { malformed } from "../errors.ts";
import { hash, type HashAlgorithm } from "../keys/hash.ts";
import { readHashAlgorithm } from "../keys/hash-algorithm.ts";
import type { PublicKey } from "../keys/public-key.ts";
import { signingSchemes, type SignatureScheme } from "../keys/signature-schemes.ts";
import { readAlgorithmIdentifier, schemeNamedBy, type AlgorithmIdentifier } from "../x509/signature-algorithm.ts";

export interface SignedData {
  /** Object identifier of the content type. */
  readonly contentType: string;
  readonly content: Uint8Array;
  /** The certificates in the message, DER: any number, in any order. */
  readonly certificates: readonly Uint8Array[];
  readonly signer: SignerInfo;
}

/** Identifies a certificate: the issuer's Name, DER, and the bytes of its serial number. */
export interface IssuerSerial {
  readonly issuer: Uint8Array;
  readonly serialNumber: Uint8Array;
}

export interface SignerInfo {
  /** The signer's certificate; this field is not signed. */
  readonly certificate: IssuerSerial;
  readonly digestAlgorithm: HashAlgorithm;
  /** The single value of each signed attribute, by object identifier. */
  readonly attributes: ReadonlyMap<string, Der>;
  /** The signed bytes: the attributes as a SET OF (section 5.4). */
  readonly signedBytes: Uint8Array;
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Uint8Array;
}

const signedDataOid = "1.2.840.113549.1.7.2";
const contentTypeOid = "1.2.840.113549.1.9.3";
const messageDigestOid = "1.2.840.113549.1.9.4";
const rsaEncryptionOid = "1.2.840.113549.1.1.1";

/** Reads a ContentInfo with signed data; `what` names it in messages. Throws MALFORMED. */
export function readSignedData(contentInfo: Der, what: string): SignedData {
  const outer = new Members(contentInfo, tags.sequence, what);
  const type = readOid(outer.take("contentType"), `${what}.contentType`);
  if (type !== signedDataOid) throw malformed(`${what} is of the type ${type}, expected signed data (${signedDataOid})`);
  const data = new Members(only(outer.take("content", contextTag(0)), contextTag(0), `${what}.content`), tags.sequence, what);
  outer.end();

  expectVersion(data.take("version"), 3n, `${what}.version`);
  data.take("digestAlgorithms", tags.set);
  const encapsulated = new Members(data.take("encapContentInfo"), tags.sequence, `${what}.encapContentInfo`);
  const contentType = readOid(encapsulated.take("eContentType"), `${what}.eContentType`);
  const content = only(encapsulated.take("eContent", contextTag(0)), contextTag(0), `${what}.eContent`);
  encapsulated.end();
  const certificates = data.optional(contextTag(0))?.children ?? [];
  data.optional(contextTag(1));
  const signer = readSignerInfo(only(data.take("signerInfos"), tags.set, `${what}.signerInfos`), `${what}.signerInfo`);
  data.end();

  return {
    contentType,
    content: readOctetString(content, `${what}.eContent`),
    certificates: certificates.map(({ raw }) => raw),
    signer,
  };
}

/** Whether the signed attributes name this content's type and digest (section 5.6). */
export function isContentSigned({ content, contentType, signer }: SignedData): boolean {
  const type = signer.attributes.get(contentTypeOid);
  const digest = signer.attributes.get(messageDigestOid);
  return (
    type !== undefined &&
    digest !== undefined &&
    readOid(type, "signed attribute content-type") === contentType &&
    equalBytes(readOctetString(digest, "signed attribute message-digest"), hash(signer.digestAlgorithm, content))
  );
}

/** Whether the signature over the signed attributes verifies with the key, by the algorithm that it names. */
export async function isSignedWith({ signer }: SignedData, key: PublicKey): Promise<boolean> {
  const scheme = schemeOf(signer, key);
  return scheme !== undefined && scheme.verify(key.key, signer.signedBytes, signer.signature);
}

/** CMS may name RSA without a hash; the hash is then the digest algorithm (RFC 3370, section 3.2). */
function schemeOf({ signatureAlgorithm, digestAlgorithm }: SignerInfo, key: PublicKey): SignatureScheme | undefined {
  if (signatureAlgorithm.oid !== rsaEncryptionOid) return schemeNamedBy(signatureAlgorithm, key);
  return key.key.asymmetricKeyType === "rsa" ? signingSchemes[`rsa-pkcs1-${digestAlgorithm}`] : undefined;
}

function readSignerInfo(value: Der, what: string): SignerInfo {
  const members = new Members(value, tags.sequence, what);
  // Version 1 identifies the certificate by issuer and serial number (section 5.3).
  expectVersion(members.take("version"), 1n, `${what}.version`);
  const sid = new Members(members.take("sid"), tags.sequence, `${what}.sid`);
  const issuer = sid.take("issuer", tags.sequence).raw;
  const serialNumber = readIntegerBytes(sid.take("serialNumber"), `${what}.sid.serialNumber`);
  sid.end();
  const digestAlgorithm = readHashAlgorithm(members.take("digestAlgorithm"), `${what}.digestAlgorithm`);
  const signedAttributes = members.take("signedAttrs", contextTag(0));
  const signatureAlgorithm = readAlgorithmIdentifier(members.take("signatureAlgorithm"), `${what}.signatureAlgorithm`);
  const signature = readOctetString(members.take("signature"), `${what}.signature`);
  members.optional(contextTag(1));
  members.end();

  const signedBytes = Uint8Array.from(signedAttributes.raw);
  signedBytes[0] = tags.set; // they are signed with the tag of a SET, not the one they are sent with
  const attributes = readAttributes(signedAttributes, `${what}.signedAttrs`);
  return { certificate: { issuer, serialNumber }, digestAlgorithm, attributes, signedBytes, signatureAlgorithm, signature };
}

function readAttributes(value: Der, what: string): ReadonlyMap<string, Der> {
  const attributes = new Map<string, Der>();
  for (const attribute of value.children) {
    const members = new Members(attribute, tags.sequence, what);
    const type = readOid(members.take("attrType"), `${what}.attrType`);
    if (attributes.has(type)) throw malformed(`${what} has ${type} twice`);
    attributes.set(type, only(members.take("attrValues"), tags.set, `${what} ${type}`));
    members.end();
  }
  return attributes;
}

/** Returns the single member of a value. */
function only(value: Der, tag: number, what: string): Der {
  const [first, ...more] = inside(value, tag, what);
  if (first === undefined || more.length > 0) throw malformed(`${what} has ${value.children.length} values, expected one`);
  return first;
}

function expectVersion(value: Der, expected: bigint, what: string): void {
  const version = readInteger(value, what);
  if (version !== expected) throw malformed(`${what} is ${version}, expected ${expected}`);
}
