/** The objects of a token: the private key of a URI, its public key, and certificates. */
import { createPublicKey } from "node:crypto";
import { equalBytes, toHex } from "../../core/bytes.ts";
import { parseDer, tags } from "../../core/asn1/der.ts";
import { asTouchmarkError, TouchmarkError } from "../../core/errors.ts";
import { keyAlgorithms } from "../../core/keys/key-algorithms.ts";
import { publicKeyOf, readPublicKey, type PublicKey } from "../../core/keys/public-key.ts";
import { parseCertificate, type Certificate } from "../../core/x509/certificate.ts";
import { isSignedBy } from "../../core/x509/is-signed-by.ts";
import { ck, type Attribute, type Handle } from "./cryptoki.ts";
import type { Pkcs11Uri } from "./pkcs11-uri.ts";
import type { Session } from "./session.ts";
import { tokenLimits } from "./limits.ts";

const { attribute } = ck;

/** Returns the one private key. Throws INVALID_KEY if there is none, or several. */
export function findPrivateKey(session: Session, { object, id, shown }: Pkcs11Uri): Handle {
  const [key, ...more] = find(session, ck.class.privateKey, 2, [
    ...(object === undefined ? [] : [{ type: attribute.label, value: object }]),
    ...(id === undefined ? [] : [{ type: attribute.id, value: Buffer.from(id) }]),
  ]);
  if (key && more.length === 0) return key;
  throw new TouchmarkError("INVALID_KEY", `${shown} is ${key ? "more than one private key" : "no private key"}`, {
    hint: key ? "Name one alone: by object= and id=." : "See what is on the token (pkcs11-tool --login -O), and name it by object= or id=.",
  });
}

export interface KeyOnToken {
  readonly publicKey: PublicKey;
  /** The certificate of the key and those of its issuers that are on the token too. */
  readonly chain?: readonly Certificate[];
}

/** Throws INVALID_KEY for an unsupported kind of key, or without its public key. */
export async function describeKey(session: Session, key: Handle, { shown }: Pkcs11Uri): Promise<KeyOnToken> {
  const [id] = read(session, key, [attribute.id]);
  const certificates = readCertificates(session);
  const beside = id && id.length > 0 ? find(session, ck.class.certificate, 10, [{ type: attribute.id, value: id }]) : [];
  const named = beside.flatMap((handle) => certificateIn(session, handle));
  const publicKey = publicHalf(session, key, id, shown) ?? named[0]?.publicKey;
  if (!publicKey) {
    throw new TouchmarkError("INVALID_KEY", `the public half of ${shown} is not on the token, and neither is a certificate with its id`, {
      hint: "Write the public key or the certificate to the token, under the id of the private key.",
    });
  }
  const leaf = [...named, ...certificates].find(({ spki }) => equalBytes(spki, publicKey.spki));
  return leaf ? { publicKey, chain: await chainFrom(leaf, certificates) } : { publicKey };
}

/** Reads it from the private key itself, as RSA keys allow, or from the public key with its id. */
function publicHalf(session: Session, key: Handle, id: Buffer | undefined, shown: string): PublicKey | undefined {
  const beside = id && id.length > 0 ? find(session, ck.class.publicKey, 1, [{ type: attribute.id, value: id }]) : [];
  for (const handle of [...beside, key]) {
    const [n, e] = read(session, handle, [attribute.modulus, attribute.publicExponent]);
    if (n && e) {
      const jwk = { kty: "RSA", n: n.toString("base64url"), e: e.toString("base64url") };
      return publicKeyOf(createPublicKey({ key: jwk, format: "jwk" }), shown);
    }
    const [curve, point] = read(session, handle, [attribute.ecParams, attribute.ecPoint]);
    if (curve && point) return onCurve(curve, point, shown);
  }
  return undefined;
}

/** `curve` is a named curve's OID; the point is in an OCTET STRING or, on some tokens, raw. */
function onCurve(curve: Buffer, point: Buffer, shown: string): PublicKey {
  const start = keyAlgorithms.find(({ spkiStart }) => spkiStart?.includes(toHex(curve)))?.spkiStart;
  if (start === undefined) throw new TouchmarkError("INVALID_KEY", `${shown} is on a curve that is not accepted`);
  const bare = point[0] === tags.octetString ? parseDer(point, `the public half of ${shown}`).content : point;
  // The first bytes of an uncompressed point are in `start` too.
  return readPublicKey(Buffer.concat([Buffer.from(start, "hex"), bare.subarray(1)]), `the public half of ${shown}`);
}

function readCertificates(session: Session): readonly Certificate[] {
  return find(session, ck.class.certificate, tokenLimits.certificates, []).flatMap((handle) => certificateIn(session, handle));
}

/** Undefined for an unknown kind: a token may hold unrelated certificates. */
function certificateIn(session: Session, handle: Handle): readonly Certificate[] {
  const [der] = read(session, handle, [attribute.value]);
  try {
    return der && der.length > 0 ? [parseCertificate(der)] : [];
  } catch (thrown) {
    if (asTouchmarkError(thrown).code === "INTERNAL") throw thrown;
    return [];
  }
}

async function chainFrom(leaf: Certificate, certificates: readonly Certificate[]): Promise<readonly Certificate[]> {
  const chain = [leaf];
  for (let last = leaf; chain.length < tokenLimits.chain && !equalBytes(last.issuer.raw, last.subject.raw);) {
    const candidates = certificates.filter(({ subject }) => equalBytes(subject.raw, last.issuer.raw));
    const signed = await Promise.all(candidates.map((candidate) => isSignedBy(last, candidate)));
    const issuer = candidates[signed.indexOf(true)];
    if (!issuer) break;
    chain.push(issuer);
    last = issuer;
  }
  return chain;
}

function find({ module, handle }: Session, kind: number, max: number, template: readonly Attribute[]): readonly Handle[] {
  module.C_FindObjectsInit(handle, [{ type: attribute.class, value: kind }, ...template]);
  try {
    return module.C_FindObjects(handle, max);
  } finally {
    module.C_FindObjectsFinal(handle);
  }
}

/** Reads attributes one by one: a token refuses all of a request if it lacks one. Undefined for those that it does not show. */
export function read({ module, handle }: Session, object: Handle, types: readonly number[]): readonly (Buffer | undefined)[] {
  return types.map((type) => {
    try {
      return module.C_GetAttributeValue(handle, object, [{ type }])[0]?.value;
    } catch (thrown) {
      if (thrown instanceof Error && thrown.message.startsWith("CKR_ATTRIBUTE_")) return undefined;
      throw thrown;
    }
  });
}
