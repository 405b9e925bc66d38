/** A small sigstore instance in memory: an authority, a certificate log, a log (as Rekor 2) and a timestamp authority, and what they make. */
import { sign } from "node:crypto";
import { encodeUtf8, toBase64 } from "../../src/core/bytes.ts";
import { digestOf, hexOf } from "../../src/core/digest.ts";
import { preAuthEncoding } from "../../src/core/dsse.ts";
import { hash } from "../../src/core/hash.ts";
import { formatInstant, type Instant } from "../../src/core/instant.ts";
import type { Descriptor } from "../../src/core/oci.ts";
import { publicKeyOf } from "../../src/core/public-key.ts";
import { statementPayloadType } from "../../src/core/statement.ts";
import { parseCertificate } from "../../src/core/x509/certificate.ts";
import {
  extension,
  extensions,
  makeCertificate,
  makeDer,
  makeKey,
  octetString,
  oids,
  utf8,
  type Shape,
} from "../../src/core/x509/fixture.test.ts";
import { encodeSignStatement } from "../../src/formats/bundle/sign-statement.ts";
import { makeEntry, makeLog } from "../../src/proof/log-fixture.test.ts";
import { makeToken } from "./timestamp-authority.ts";

export interface Workflow {
  readonly identity: string;
  readonly issuer: string;
  /** By the number of the extension: 12 is the source repository's URI. */
  readonly claims?: Readonly<Record<number, string>>;
}

export interface SigstoreInstance {
  /** Its `trusted_root.json`. */
  readonly trustedRoot: string;
  /** The bundle of a signature on the image, made by the workflow at the instance's time. */
  sign(subject: Descriptor, by: Workflow): Uint8Array;
}

const day = 24 * 60 * 60 * 1000;

/** Everything it makes is made at this time; its own certificates hold a day before and after. */
export function sigstoreInstance(at: Instant): SigstoreInstance {
  const around = { notBefore: at - day, notAfter: at + day };
  const keys = { root: makeKey(), certificateLog: makeKey(), stamper: makeKey() };
  const root = makeCertificate({
    subject: "root",
    key: keys.root,
    ...around,
    extensions: [extensions.authority(1), extensions.keyCertSign],
  });
  const stampRoot = makeCertificate({
    subject: "stamps",
    key: keys.root,
    ...around,
    extensions: [extensions.authority(1), extensions.keyCertSign],
  });
  const stamper = makeCertificate({
    subject: "stamper",
    issuer: "stamps",
    key: keys.stamper,
    signedBy: keys.root.privateKey,
    ...around,
    extensions: [extensions.digitalSignature, extensions.usage([oids.timeStamping], true)],
  });
  const log = makeLog("log.test", 2);
  const certificateLogKey = publicKeyOf(keys.certificateLog.publicKey, "certificate log");

  /** The certificate log's promise (RFC 6962, section 3.2) over the certificate without it. */
  const promised = (shape: Shape): Uint8Array => {
    const { tbs } = parseCertificate(makeDer(shape));
    const timestamp = number(at, 8);
    const issuerKey = fromHex(hexOf(digestOf(root.spki)));
    const signed = [Uint8Array.of(0, 0), timestamp, Uint8Array.of(0, 1), issuerKey, number(tbs.raw.length, 3), tbs.raw, number(0, 2)];
    const signature = sign("sha256", Buffer.concat(signed), keys.certificateLog.privateKey);
    const id = fromHex(certificateLogKey.fingerprint);
    const sct = Buffer.concat([Uint8Array.of(0), id, timestamp, number(0, 2), Uint8Array.of(4, 3), vector(signature)]);
    return extension("1.3.6.1.4.1.11129.2.4.2", octetString(vector(vector(sct))));
  };

  return {
    trustedRoot: JSON.stringify({
      mediaType: "application/vnd.dev.sigstore.trustedroot.v0.2+json",
      tlogs: [
        {
          baseUrl: log.authority.name,
          hashAlgorithm: "SHA2_256",
          publicKey: {
            rawBytes: toBase64(log.authority.publicKey.spki),
            keyDetails: "PKIX_ED25519",
            validFor: { start: formatInstant(at - day) },
          },
          logId: { keyId: toBase64(fromHex(log.authority.id)) },
          operator: "log.test",
        },
      ],
      ctlogs: [
        {
          baseUrl: "https://certificates.test",
          hashAlgorithm: "SHA2_256",
          publicKey: {
            rawBytes: toBase64(certificateLogKey.spki),
            keyDetails: "PKIX_ECDSA_P256_SHA_256",
            validFor: { start: formatInstant(at - day) },
          },
          logId: { keyId: toBase64(fromHex(certificateLogKey.fingerprint)) },
          operator: "certificates.test",
        },
      ],
      certificateAuthorities: [authority("https://authority.test", [root.raw])],
      timestampAuthorities: [authority("https://stamps.test", [stamper.raw, stampRoot.raw])],
    }),
    sign(subject, { identity, issuer, claims = {} }) {
      const key = makeKey();
      const said = Object.entries(claims).map(([number, text]) => extension(`1.3.6.1.4.1.57264.1.${number}`, utf8(text)));
      const shape: Shape = {
        subject: "",
        issuer: "root",
        key,
        signedBy: keys.root.privateKey,
        notBefore: at - 60_000,
        notAfter: at + 540_000,
        extensions: [
          extensions.digitalSignature,
          extensions.usage([oids.codeSigning]),
          extensions.uri(identity),
          extension("1.3.6.1.4.1.57264.1.8", utf8(issuer)),
          ...said,
        ],
      };
      const certificate = makeDer({ ...shape, extensions: [...(shape.extensions ?? []), promised(shape)] });
      const payload = encodeSignStatement({ kind: "signature", subject: subject.digest, annotations: {} });
      const message = preAuthEncoding(statementPayloadType, payload);
      const signature = sign("sha256", message, key.privateKey);
      const body = encodeUtf8(
        JSON.stringify({
          apiVersion: "0.0.2",
          kind: "hashedrekord",
          spec: {
            hashedRekordV002: {
              data: { algorithm: "SHA2_256", digest: toBase64(hash("sha256", message)) },
              signature: {
                content: toBase64(signature),
                verifier: { keyDetails: "PKIX_ECDSA_P256_SHA_256", x509Certificate: { rawBytes: toBase64(certificate) } },
              },
            },
          },
        }),
      );
      const stamp = makeToken({ certificate: stamper.raw, privateKey: keys.stamper.privateKey, message: signature, at });
      return encodeUtf8(
        JSON.stringify({
          mediaType: "application/vnd.dev.sigstore.bundle.v0.3+json",
          verificationMaterial: {
            certificate: { rawBytes: toBase64(certificate) },
            tlogEntries: [makeEntry(log, { body, kindVersion: { kind: "hashedrekord", version: "0.0.2" } })],
            timestampVerificationData: { rfc3161Timestamps: [{ signedTimestamp: toBase64(stamp) }] },
          },
          dsseEnvelope: { payload: toBase64(payload), payloadType: statementPayloadType, signatures: [{ sig: toBase64(signature) }] },
        }),
      );
    },
  };

  function authority(uri: string, chain: readonly Uint8Array[]): unknown {
    return {
      subject: { organization: "test", commonName: uri },
      uri,
      certChain: { certificates: chain.map((der) => ({ rawBytes: toBase64(der) })) },
      validFor: { start: formatInstant(at - day) },
      operator: new URL(uri).hostname,
    };
  }
}

function fromHex(text: string): Uint8Array {
  return Buffer.from(text, "hex");
}

function number(value: number, bytes: number): Uint8Array {
  return Uint8Array.from({ length: bytes }, (_, i) => Math.floor(value / 2 ** (8 * (bytes - 1 - i))) % 256);
}

function vector(bytes: Uint8Array): Uint8Array {
  return Buffer.concat([number(bytes.length, 2), bytes]);
}
