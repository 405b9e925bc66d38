/**
 * A small sigstore instance in memory: a certificate authority, a certificate transparency log, two logs (Rekor 1 and 2) and a timestamp
 * authority.
 */
import { sign } from "node:crypto";
import { encodeUtf8, toBase64 } from "../../src/core/bytes.ts";
import { digestOf, hexOf } from "../../src/core/digest.ts";
import { preAuthEncoding } from "../../src/core/envelopes/dsse.ts";
import { hash, hashOf } from "../../src/core/keys/hash.ts";
import { formatInstant, type Instant } from "../../src/core/instant.ts";
import type { Descriptor } from "../../src/core/oci/manifest.ts";
import { encodePem } from "../../src/core/asn1/pem.ts";
import { publicKeyOf } from "../../src/core/keys/public-key.ts";
import { statementPayloadType } from "../../src/core/statements/statement.ts";
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
  type KeyPair,
  type Shape,
} from "../../src/core/x509/fixture.test.ts";
import { encodeSignStatement } from "../../src/formats/bundle/sign-statement.ts";
import { makeEntry, makeLog, type TinyLog } from "../../src/verification/log-fixture.test.ts";
import { makeResponse, makeToken } from "./timestamp-authority.ts";

export interface Workflow {
  readonly identity: string;
  readonly issuer: string;
  /** By the last number of the extension's OID: 12 is the source repository's URI. */
  readonly claims?: Readonly<Record<number, string>>;
}

export interface Certified {
  /** DER. */
  readonly certificate: Uint8Array;
  readonly key: KeyPair;
}

/** Differences from the default instance. */
export interface InstanceShape {
  /** The intermediate certificate. */
  readonly intermediate?: Shape;
}

export interface SigstoreInstance {
  /** Its `trusted_root.json`. */
  readonly trustedRoot: string;
  /** The signing authority's certificate and its issuer's, DER. */
  readonly authorities: readonly Uint8Array[];
  readonly logs: Readonly<Record<"rekor1" | "rekor2", TinyLog>>;
  /** A certificate valid for ten minutes, with an SCT. */
  certify(by: Workflow, shape?: Shape): Certified;
  /** The log entry of a signature over the message, in protobuf's JSON: Rekor 1 states the time, Rekor 2 does not. */
  log(rekor: 1 | 2, message: Uint8Array, signature: Uint8Array, certificate: Uint8Array, seen?: Instant): ReturnType<typeof makeEntry>;
  /** The timestamp response over the bytes, as bundles carry it. */
  stamp(bytes: Uint8Array, seen?: Instant): Uint8Array;
  /** The bundle of a signature on the image, made by the workflow at the instance's time. */
  sign(subject: Descriptor, by: Workflow): Uint8Array;
}

const day = 24 * 60 * 60 * 1000;

/** Everything is made at this time; the instance's certificates are valid a day before and after. */
export function sigstoreInstance(at: Instant, shape: InstanceShape = {}): SigstoreInstance {
  const around = { notBefore: at - day, notAfter: at + day };
  const authority = [extensions.authority(1), extensions.keyCertSign];
  const keys = { root: makeKey(), intermediate: makeKey(), certificateLog: makeKey(), stamper: makeKey() };
  const ofRoot = { ...around, issuer: "root", signedBy: keys.root.privateKey };
  const root = makeCertificate({ subject: "root", key: keys.root, ...around, extensions: authority });
  const intermediate = makeCertificate({
    ...ofRoot,
    subject: "intermediate",
    key: keys.intermediate,
    extensions: authority,
    ...shape.intermediate,
  });
  const stampRoot = makeCertificate({ subject: "stamps", key: keys.root, ...around, extensions: authority });
  const stamper = makeCertificate({
    ...ofRoot,
    subject: "stamper",
    issuer: "stamps",
    key: keys.stamper,
    extensions: [extensions.digitalSignature, extensions.usage([oids.timeStamping], true)],
  });
  const validFor = { start: at - day };
  const logs = { rekor1: makeLog("one.log.test", 1, validFor), rekor2: makeLog("two.log.test", 2, validFor) };
  const certificateLogKey = publicKeyOf(keys.certificateLog.publicKey, "certificate log");

  /** The SCT (RFC 6962, section 3.2) over the certificate without it. */
  function promised(before: Shape): Uint8Array {
    const { tbs, notBefore } = parseCertificate(makeDer(before));
    const timestamp = number(notBefore, 8);
    const issuerKey = fromHex(hexOf(digestOf(intermediate.spki)));
    const signed = [Uint8Array.of(0, 0), timestamp, Uint8Array.of(0, 1), issuerKey, number(tbs.raw.length, 3), tbs.raw, number(0, 2)];
    const signature = sign("sha256", Buffer.concat(signed), keys.certificateLog.privateKey);
    const id = fromHex(certificateLogKey.fingerprint);
    const sct = Buffer.concat([Uint8Array.of(0), id, timestamp, number(0, 2), Uint8Array.of(4, 3), vector(signature)]);
    return extension("1.3.6.1.4.1.11129.2.4.2", octetString(vector(vector(sct))));
  }

  function certify({ identity, issuer, claims = {} }: Workflow, changed: Shape = {}): Certified {
    const key = makeKey();
    const said = Object.entries(claims).map(([id, text]) => extension(`1.3.6.1.4.1.57264.1.${id}`, utf8(text)));
    const before: Shape = {
      subject: "",
      issuer: "intermediate",
      key,
      signedBy: keys.intermediate.privateKey,
      notBefore: at - 60_000,
      notAfter: at + 540_000,
      extensions: [
        extensions.digitalSignature,
        extensions.usage([oids.codeSigning]),
        /^[^:@]+@/.test(identity) ? extensions.email(identity) : extensions.uri(identity),
        extension("1.3.6.1.4.1.57264.1.8", utf8(issuer)),
        ...said,
      ],
      ...changed,
    };
    return { certificate: makeDer({ ...before, extensions: [...(before.extensions ?? []), promised(before)] }), key };
  }

  const log: SigstoreInstance["log"] = (rekor, message, signature, certificate, seen = at) =>
    makeEntry(rekor === 1 ? logs.rekor1 : logs.rekor2, {
      body: hashedrekord(rekor, message, signature, certificate),
      kindVersion: { kind: "hashedrekord", version: `0.0.${rekor}` },
      ...(rekor === 1 && { integratedTime: Math.floor(seen / 1000) }),
    });
  const stamp: SigstoreInstance["stamp"] = (bytes, seen = at) =>
    makeResponse(0, makeToken({ certificate: stamper.raw, privateKey: keys.stamper.privateKey, message: bytes, at: seen }));

  return {
    trustedRoot: JSON.stringify({
      mediaType: "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
      tlogs: [logs.rekor1, logs.rekor2].map((one) => logJson(one.authority, at - day)),
      ctlogs: [logJson({ name: "https://certificates.test", id: certificateLogKey.fingerprint, publicKey: certificateLogKey }, at - day)],
      certificateAuthorities: [authorityJson("https://authority.test", [intermediate.raw, root.raw], at - day)],
      timestampAuthorities: [authorityJson("https://stamps.test", [stamper.raw, stampRoot.raw], at - day)],
    }),
    authorities: [intermediate.raw, root.raw],
    logs,
    certify,
    log,
    stamp,
    sign(subject, by) {
      const { certificate, key } = certify(by);
      const payload = encodeSignStatement({ kind: "signature", subject: subject.digest, annotations: {} });
      const message = preAuthEncoding(statementPayloadType, payload);
      const signature = sign("sha256", message, key.privateKey);
      return encodeUtf8(
        JSON.stringify({
          mediaType: "application/vnd.dev.sigstore.bundle.v0.3+json",
          verificationMaterial: {
            certificate: { rawBytes: toBase64(certificate) },
            tlogEntries: [log(2, message, signature, certificate)],
            timestampVerificationData: { rfc3161Timestamps: [{ signedTimestamp: toBase64(stamp(signature)) }] },
          },
          dsseEnvelope: { payload: toBase64(payload), payloadType: statementPayloadType, signatures: [{ sig: toBase64(signature) }] },
        }),
      );
    },
  };
}

function hashedrekord(rekor: 1 | 2, message: Uint8Array, signature: Uint8Array, certificate: Uint8Array): Uint8Array {
  const content = toBase64(signature);
  const pem = toBase64(encodeUtf8(encodePem("CERTIFICATE", certificate)));
  const spec =
    rekor === 1
      ? { data: { hash: { algorithm: "sha256", value: hashOf(message, "sha256") } }, signature: { content, publicKey: { content: pem } } }
      : {
          hashedRekordV002: {
            data: { algorithm: "SHA2_256", digest: toBase64(hash("sha256", message)) },
            signature: {
              content,
              verifier: { keyDetails: "PKIX_ECDSA_P256_SHA_256", x509Certificate: { rawBytes: toBase64(certificate) } },
            },
          },
        };
  return encodeUtf8(JSON.stringify({ apiVersion: `0.0.${rekor}`, kind: "hashedrekord", spec }));
}

function logJson({ name, id, publicKey }: Pick<TinyLog["authority"], "name" | "id" | "publicKey">, since: Instant): unknown {
  return {
    baseUrl: name,
    hashAlgorithm: "SHA2_256",
    publicKey: {
      rawBytes: toBase64(publicKey.spki),
      keyDetails: publicKey.algorithm.name === "ed25519" ? "PKIX_ED25519" : "PKIX_ECDSA_P256_SHA_256",
      validFor: { start: formatInstant(since) },
    },
    logId: { keyId: toBase64(fromHex(id)) },
    operator: new URL(name).hostname,
  };
}

function authorityJson(uri: string, chain: readonly Uint8Array[], since: Instant): unknown {
  return {
    subject: { organization: "test", commonName: uri },
    uri,
    certChain: { certificates: chain.map((der) => ({ rawBytes: toBase64(der) })) },
    validFor: { start: formatInstant(since) },
    operator: new URL(uri).hostname,
  };
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
