/** A timestamp authority in memory: signs tokens (RFC 3161), of which tests can change parts. */
import { sign, type KeyObject } from "node:crypto";
import { contextTag, encodeDer, tags } from "../../src/core/asn1/der.ts";
import { hash } from "../../src/core/keys/hash.ts";
import type { Instant } from "../../src/core/instant.ts";
import { parseCertificate } from "../../src/core/x509/certificate.ts";
import { integer, octetString, oid, sequence, time } from "../../src/core/x509/fixture.test.ts";

export const oids = {
  signedData: "1.2.840.113549.1.7.2",
  data: "1.2.840.113549.1.7.1",
  tstInfo: "1.2.840.113549.1.9.16.1.4",
  contentType: "1.2.840.113549.1.9.3",
  messageDigest: "1.2.840.113549.1.9.4",
  signingCertificate: "1.2.840.113549.1.9.16.2.12",
  signingCertificateV2: "1.2.840.113549.1.9.16.2.47",
  sha1: "1.3.14.3.2.26",
  sha256: "2.16.840.1.101.3.4.2.1",
  sha384: "2.16.840.1.101.3.4.2.2",
  ecdsaWithSha256: "1.2.840.10045.4.3.2",
  ecdsaWithSha384: "1.2.840.10045.4.3.3",
} as const;

export const set = (...parts: readonly Uint8Array[]): Uint8Array => encodeDer(tags.set, ...parts);

/** Members of a SEQUENCE or SET in order, derived from the usual ones; an undefined one is omitted. */
type Change<Names extends string> = (usual: Readonly<Record<Names, Uint8Array>>) => Members;
type Members = Readonly<Record<string, Uint8Array | readonly Uint8Array[] | undefined>>;

export interface TokenParts {
  readonly certificate: Uint8Array;
  readonly privateKey: KeyObject;
  /** The bytes that the timestamp is over. */
  readonly message: Uint8Array;
  readonly at: Instant;
  /** The certificates in the token. */
  readonly certificates?: readonly Uint8Array[];
  /** Of the TSTInfo. */
  readonly info?: Change<"version" | "policy" | "imprint" | "serialNumber" | "at">;
  /** The signed attributes. */
  readonly attributes?: Change<"contentType" | "messageDigest" | "signingCertificate">;
  /** Of the SignerInfo. */
  readonly signer?: Change<"version" | "sid" | "digestAlgorithm" | "attributes" | "signatureAlgorithm" | "signature">;
  readonly signerInfos?: (usual: Uint8Array) => readonly Uint8Array[];
  readonly contentType?: string;
}

export function attribute(type: string, ...values: readonly Uint8Array[]): Uint8Array {
  return sequence(oid(type), set(...values));
}

/** A TimeStampToken of an ECDSA key over SHA-256. */
export function makeToken(parts: TokenParts): Uint8Array {
  const { certificate, privateKey, certificates = [certificate], contentType = oids.tstInfo } = parts;
  const sha256 = sequence(oid(oids.sha256));
  const info = sequence(
    ...changed(parts.info, {
      version: integer(1),
      policy: oid("1.2.3"),
      imprint: sequence(sha256, octetString(hash("sha256", parts.message))),
      serialNumber: integer(7),
      at: time(parts.at),
    }),
  );
  const attributes = changed(parts.attributes, {
    contentType: attribute(oids.contentType, oid(contentType)),
    messageDigest: attribute(oids.messageDigest, octetString(hash("sha256", info))),
    signingCertificate: attribute(oids.signingCertificateV2, sequence(sequence(sequence(octetString(hash("sha256", certificate)))))),
  });
  const signerInfo = sequence(
    ...changed(parts.signer, {
      version: integer(1),
      sid: issuerAndSerialNumber(certificate),
      digestAlgorithm: sha256,
      attributes: encodeDer(contextTag(0), ...attributes),
      signatureAlgorithm: sequence(oid(oids.ecdsaWithSha256)),
      signature: octetString(sign("sha256", set(...attributes), privateKey)),
    }),
  );
  return sequence(
    oid(oids.signedData),
    encodeDer(
      contextTag(0),
      sequence(
        integer(3),
        set(sha256),
        sequence(oid(contentType), encodeDer(contextTag(0), octetString(info))),
        ...(certificates.length > 0 ? [encodeDer(contextTag(0), ...certificates)] : []),
        set(...(parts.signerInfos?.(signerInfo) ?? [signerInfo])),
      ),
    ),
  );
}

function changed<Names extends string>(
  change: Change<Names> | undefined,
  usual: Readonly<Record<Names, Uint8Array>>,
): readonly Uint8Array[] {
  return Object.values(change?.(usual) ?? usual).flatMap((value) => value ?? []);
}

/** A TimeStampResp; without a token, a refusal. */
export function makeResponse(status: number, token?: Uint8Array): Uint8Array {
  return sequence(sequence(integer(status)), ...(token ? [token] : []));
}

/** IssuerAndSerialNumber of a certificate. */
export function issuerAndSerialNumber(certificate: Uint8Array): Uint8Array {
  const { issuer, serial } = parseCertificate(certificate);
  return sequence(issuer.raw, encodeDer(tags.integer, serial));
}
