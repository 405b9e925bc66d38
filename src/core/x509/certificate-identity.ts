/**
 * The identity in a Fulcio certificate: its one subject alternative name, the token's issuer, and the claims of
 * that token (sigstore/fulcio, `docs/oid-info.md`): extensions 1.3.6.1.4.1.57264.1.N, of which 1 to 6 hold raw
 * text and 8 to 24 a UTF8String.
 */
import { decodeUtf8 } from "../bytes.ts";
import { expectTag, parseDer, tags } from "../asn1/der.ts";
import { readText } from "../asn1/der-values.ts";
import { malformed } from "../errors.ts";
import type { Certificate } from "./certificate.ts";
import { certificateClaims, type CertificateClaim } from "./certificate-claims.ts";
import { subjectAltNames, type GeneralName } from "./extensions.ts";

export interface CertificateIdentity {
  /** A URI, an e-mail address, a DNS name or a user name. */
  readonly subjectAlternativeName: string;
  /** The issuer of the token, a URL; absent in certificates of other authorities. */
  readonly issuer?: string;
  readonly claims: Readonly<Partial<Record<CertificateClaim, string>>>;
}

const fulcioArc = "1.3.6.1.4.1.57264.1";
const userNameOid = `${fulcioArc}.7`;

/** Reads the identity. Throws MALFORMED unless there is exactly one subject alternative name, of a supported kind, not empty. */
export function certificateIdentity(certificate: Certificate): CertificateIdentity {
  const names = subjectAltNames(certificate);
  const [name] = names;
  if (name === undefined || names.length > 1) {
    throw malformed(`the certificate has ${names.length} subject alternative names, expected one`);
  }
  const subjectAlternativeName = nameText(name);
  if (subjectAlternativeName === "") throw malformed("the certificate's subject alternative name is empty");
  const issuer = claim(certificate, 8) ?? claim(certificate, 1);
  return {
    subjectAlternativeName,
    ...(issuer !== undefined && { issuer }),
    claims: Object.fromEntries(
      Object.entries(certificateClaims).flatMap(([key, number]) => {
        const value = claim(certificate, number);
        return value === undefined ? [] : [[key, value]];
      }),
    ),
  };
}

function nameText(name: GeneralName): string {
  if (name.kind === "unread")
    throw malformed(`the certificate's subject alternative name is of kind ${name.tag & 0x1f}, which is not read`);
  if (name.kind !== "other") return checkedName(name.kind, name.value);
  if (name.oid !== userNameOid) throw malformed(`the certificate's subject alternative name is of type ${name.oid}, which is not read`);
  expectTag(name.value, tags.utf8String, "the certificate's user name");
  return checkedName("user", readText(name.value, "the certificate's user name"));
}

/**
 * What each kind of name looks like. No text fits two kinds, so that an expected identity, which is a text, is one of one kind: an e-mail
 * address that reads `https://…` is not the URI.
 */
const lookOf = {
  uri: { what: "a URI", look: /^[a-z][a-z0-9+.-]*:/i },
  email: { what: "an e-mail address", look: /^[^@:]+@[^@]+$/ },
  dns: { what: "a DNS name", look: /^[^@:/!]+$/ },
  user: { what: "a user name", look: /^[^@:]+![^@]+$/ },
} as const;

function checkedName(kind: keyof typeof lookOf, text: string): string {
  const { what, look } = lookOf[kind];
  if (text === "" || look.test(text)) return text;
  throw malformed(`the certificate's subject alternative name ${JSON.stringify(text.slice(0, 150))} is not ${what}`);
}

function claim({ extensions }: Certificate, number: number): string | undefined {
  const oid = `${fulcioArc}.${number}`;
  const value = extensions.get(oid)?.value;
  if (value === undefined) return undefined;
  const what = `the certificate's extension ${oid}`;
  if (number < 8) return decodeUtf8(value, what);
  const text = parseDer(value, what);
  expectTag(text, tags.utf8String, what);
  return readText(text, what);
}
