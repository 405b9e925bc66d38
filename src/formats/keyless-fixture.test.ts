/** Signatures by certificate of a small sigstore instance, as bundles and as cosign's layers, with parts that tests change. */
import { sign } from "node:crypto";
import { sigstoreInstance, type Certified, type SigstoreInstance, type Workflow } from "../../test/fakes/sigstore-instance.ts";
import { foundOf, subjectOf } from "../../test/vectors/load.ts";
import { encodeUtf8, toBase64 } from "../core/bytes.ts";
import { digestOf } from "../core/digest.ts";
import { preAuthEncoding } from "../core/envelopes/dsse.ts";
import type { Code } from "../core/errors.ts";
import type { Finding } from "../core/finding.ts";
import type { Instant } from "../core/instant.ts";
import { emptyConfig, mediaTypes } from "../core/oci/manifest.ts";
import { encodePem } from "../core/asn1/pem.ts";
import { statementPayloadType } from "../core/statements/statement.ts";
import type { ImageSubject } from "../core/subject.ts";
import type { Shape } from "../core/x509/fixture.test.ts";
import { parseTrustedRoot } from "../trust/parse-trusted-root.ts";
import { exactly } from "../trust/text-pattern.ts";
import { authority, under, type Expecting } from "../../test/fakes/expectation.ts";
import type { Match } from "../policy/match.ts";
import { makeTrust, type Trust } from "../trust/trust.ts";
import { encodeSignStatement } from "./bundle/sign-statement.ts";
import { bundleMediaType } from "./bundle/sigstore-bundle.ts";
import { encodeSimpleSigning, payloadMediaType } from "./cosign-legacy/simple-signing.ts";
import type { Format } from "./format.ts";

export const signedAt: Instant = Date.UTC(2026, 5, 1, 12);
export const later: Instant = signedAt + 60 * 60 * 1000;
export const workflow: Workflow = { identity: "https://builds.example/release.yml", issuer: "https://issuer.example" };
export const subject: ImageSubject = subjectOf(encodeUtf8('{"an":"image"}'));
export const instance: SigstoreInstance = sigstoreInstance(signedAt);

export const signStatement: Uint8Array = encodeSignStatement({ kind: "signature", subject: subject.digest, annotations: {} });

export interface TrustedOf {
  readonly roots?: readonly string[];
  readonly unchecked?: readonly ("sct" | "log")[];
  readonly by?: Workflow;
}

export function trustOf({ roots = [instance.trustedRoot], unchecked = [], by = workflow }: TrustedOf = {}): Expecting {
  const trust = makeTrust({ roots: roots.map((text, i) => parseTrustedRoot(encodeUtf8(text), `root ${i}`)) });
  const expected = authority({
    identities: [{ subject: exactly(by.identity), issuer: exactly(by.issuer), claims: {} }],
    ...(unchecked.includes("sct") && { sct: "none" }),
    ...(unchecked.includes("log") && { log: "none", timestamp: "afterExpiry" }),
  });
  return { ...trust, expected };
}

/** A trusted root's file, changed. */
// oxlint-disable-next-line typescript/no-explicit-any -- tests reach into it to change it
export function changedRoot(change: (root: any) => void, of: SigstoreInstance = instance): string {
  const root = JSON.parse(of.trustedRoot);
  change(root);
  return JSON.stringify(root);
}

export interface Making {
  readonly by?: SigstoreInstance;
  /** Of the signer's certificate. */
  readonly shape?: Shape;
  readonly stampedAt?: Instant | undefined;
  /** Rekor 1's time; undefined for an entry of Rekor 2, which has none. */
  readonly loggedAt?: Instant | undefined;
  /** The payload of the bundle's envelope; by default the statement that signs the image. */
  readonly payload?: Uint8Array;
}

interface Signed extends Certified {
  readonly signature: Uint8Array;
  readonly by: SigstoreInstance;
}

function signed(message: Uint8Array, { by = instance, shape = {} }: Making): Signed {
  const certified = by.certify(workflow, shape);
  return { ...certified, by, signature: sign("sha256", message, certified.key.privateKey) };
}

/** A bundle over the statement for the image; by default with a timestamp and a Rekor 2 entry. */
// oxlint-disable-next-line typescript/no-explicit-any -- tests reach into it to break it
export function makeBundle(making: Making = {}): any {
  const { payload = signStatement } = making;
  const message = preAuthEncoding(statementPayloadType, payload);
  const made = signed(message, making);
  const { signature } = made;
  return {
    ...around(made, message, making),
    dsseEnvelope: { payload: toBase64(payload), payloadType: statementPayloadType, signatures: [{ sig: toBase64(signature) }] },
  };
}

/** A bundle over the image's manifest itself. */
// oxlint-disable-next-line typescript/no-explicit-any -- tests reach into it to break it
export function makeMessageBundle(message: Uint8Array = subject.manifest, making: Making = {}): any {
  const made = signed(message, making);
  const messageDigest = { algorithm: "SHA2_256", digest: Buffer.from(digestOf(message).slice(7), "hex").toString("base64") };
  return { ...around(made, message, making), messageSignature: { messageDigest, signature: toBase64(made.signature) } };
}

function around({ by, certificate, signature }: Signed, message: Uint8Array, making: Making): object {
  const { stampedAt, loggedAt } = { stampedAt: signedAt, loggedAt: undefined, ...making };
  const entry = by.log(loggedAt === undefined ? 2 : 1, message, signature, certificate, loggedAt);
  return {
    mediaType: bundleMediaType,
    verificationMaterial: {
      certificate: { rawBytes: toBase64(certificate) },
      tlogEntries: [entry],
      ...(stampedAt !== undefined && {
        timestampVerificationData: { rfc3161Timestamps: [{ signedTimestamp: toBase64(by.stamp(signature, stampedAt)) }] },
      }),
    },
  };
}

export interface Layer {
  readonly mediaType: string;
  readonly bytes: Uint8Array;
  readonly annotations: Readonly<Record<string, string>>;
}

/** A `.sig` layer as `cosign sign` made it by certificate: logged in Rekor 1 unless said otherwise. */
export function makeLayer(making: Making = {}): Layer {
  const bytes = encodeSimpleSigning({ kind: "signature", subject: subject.digest, annotations: {} });
  const { by, certificate, signature } = signed(bytes, making);
  const { stampedAt, loggedAt } = { loggedAt: signedAt, stampedAt: undefined, ...making };
  return {
    mediaType: payloadMediaType,
    bytes,
    annotations: {
      "dev.cosignproject.cosign/signature": toBase64(signature),
      "dev.sigstore.cosign/certificate": encodePem("CERTIFICATE", certificate),
      "dev.sigstore.cosign/chain": by.authorities.map((der) => encodePem("CERTIFICATE", der)).join(""),
      ...(loggedAt !== undefined && { "dev.sigstore.cosign/bundle": cosignLogBundle(by.log(1, bytes, signature, certificate, loggedAt)) }),
      ...(stampedAt !== undefined && { "dev.sigstore.cosign/rfc3161timestamp": cosignTimestamp(by.stamp(signature, stampedAt)) }),
    },
  };
}

/** An entry of Rekor 1 as cosign keeps it. */
export function cosignLogBundle(entry: ReturnType<SigstoreInstance["log"]>): string {
  const logID = Buffer.from(entry.logId.keyId, "base64").toString("hex");
  const Payload = {
    body: entry.canonicalizedBody,
    integratedTime: Number(entry.integratedTime),
    logIndex: Number(entry.logIndex),
    logID,
  };
  return JSON.stringify({ SignedEntryTimestamp: entry.inclusionPromise.signedEntryTimestamp, Payload });
}

export function cosignTimestamp(stamp: Uint8Array): string {
  return JSON.stringify({ SignedRFC3161Timestamp: toBase64(stamp) });
}

export function bundleLayer(bundle: unknown): Layer {
  return { mediaType: bundleMediaType, bytes: encodeUtf8(JSON.stringify(bundle)), annotations: {} };
}

export interface Hung {
  readonly of?: ImageSubject;
  readonly trust?: Trust | Expecting;
  readonly at?: Instant;
}

/**
 * The finding of the format for the layer attached to the image, with the checks that count for the expected signer: by default the keys of
 * the trust.
 */
export async function find(
  format: Format,
  layer: Layer,
  { of = subject, trust = trustOf(), at = later }: Hung = {},
): Promise<Finding & { readonly match: Match }> {
  const { mediaType, bytes, annotations } = layer;
  const digest = digestOf(bytes);
  const manifest = encodeUtf8(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: mediaTypes.ociManifest,
      config: emptyConfig.descriptor,
      layers: [{ mediaType, digest, size: bytes.length, annotations }],
    }),
  );
  const recognised = format.recognise(foundOf(manifest, { kind: "referrers" }));
  const [evidence] = (await recognised?.read(new Map([[digest, bytes]]), new AbortController().signal)) ?? [];
  if (!evidence) throw new Error("the layer was not recognised");
  const expected = "expected" in trust ? trust.expected : authority({ keys: trust.keys });
  return under(expected, await format.verify(evidence, of, trust, at), at);
}

/** The codes of checks that did not pass, in order; empty if all passed. */
export function codesOf({ checks }: Finding): readonly Code[] {
  return checks.flatMap((check) => (check.outcome === "passed" ? [] : [check.code]));
}
