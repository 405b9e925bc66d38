/** A Notary Project signer for tests: keys, certificates and envelopes of any shape, good ones unless a test says otherwise. */
import assert from "node:assert/strict";
import { generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { encodeUtf8, toBase64 } from "../../core/bytes.ts";
import { encodeCbor, Tagged, type Cbor, type CborKey, type CborMap } from "../../core/envelopes/cbor.ts";
import { coseToBeSigned, encodeCoseSign1 } from "../../core/envelopes/cose.ts";
import type { Authority } from "../../policy/authority.ts";
import { digestOf } from "../../core/digest.ts";
import type { Facts } from "../../core/facts/facts.ts";
import type { Finding } from "../../core/finding.ts";
import { formatInstant, type Instant } from "../../core/instant.ts";
import type { JsonObject } from "../../core/json/json.ts";
import { encodeFlattenedJws, jwsToBeSigned } from "../../core/envelopes/jws.ts";
import { mediaTypes, parseManifest, type Descriptor } from "../../core/oci/manifest.ts";
import type { ImageSubject } from "../../core/subject.ts";
import { parseCertificate, type Certificate } from "../../core/x509/certificate.ts";
import { extensions, makeDer, makeKey, type KeyPair, type Shape } from "../../core/x509/fixture.test.ts";
import { authority, under } from "../../../test/fakes/expectation.ts";
import type { Match } from "../../policy/match.ts";
import type { TrustedNames } from "../../trust/notation/trusted-names.ts";
import { makeTrust, type Trust } from "../../trust/trust.ts";
import type { EnvelopeType } from "./envelope-types.ts";
import { jws } from "./jws-envelope.ts";
import { notation } from "./notation.ts";
import { prepareSignature, assembleSignature, type NotationSigningRequest } from "./sign.ts";
import { encodeSignatureManifest } from "./signature-manifest.ts";

export const day: Instant = 24 * 60 * 60 * 1000;
/** In the middle of the certificates' year. */
export const now: Instant = Date.UTC(2026, 5, 15, 12);

export const image: Uint8Array = encodeUtf8('{"an":"image"}');
export const subject: Descriptor = { mediaType: mediaTypes.ociManifest, digest: digestOf(image), size: image.length };

export const rootKey: KeyPair = makeKey();
export const signerKey: KeyPair = makeKey();
export const rootShape: Shape = {
  subject: "C=US,ST=WA,O=acme,CN=root",
  key: rootKey,
  extensions: [extensions.authority(), extensions.keyCertSign],
};
/** A signer's certificate, issued by the root. */
export const leafShape: Shape = {
  subject: "C=US,ST=WA,O=acme,CN=release",
  issuer: "C=US,ST=WA,O=acme,CN=root",
  key: signerKey,
  signedBy: rootKey.privateKey,
  extensions: [extensions.digitalSignature],
};
export const certificate = (shape: Shape): Certificate => parseCertificate(makeDer(shape));
export const root: Certificate = certificate(rootShape);
export const leaf: Certificate = certificate(leafShape);
export const chain: readonly Certificate[] = [leaf, root];

/** An authority and its stores, in the words of a trust policy. */
export interface Trusted {
  readonly name: string;
  readonly stores: Readonly<Record<"ca" | "signingAuthority" | "tsa", readonly Certificate[]>>;
  readonly identities: TrustedNames;
  readonly verifyTimestamp: "always" | "afterCertExpiry";
  readonly revocation: "ask" | "skip";
}

/** Trusts the root, for anyone, without timestamps. */
export const trust: Trusted = {
  name: "acme",
  stores: { ca: [root], signingAuthority: [], tsa: [] },
  identities: "any",
  verifyTimestamp: "always",
  revocation: "skip",
};

export function trustIn({ name, stores }: Pick<Trusted, "name" | "stores">): Trust {
  const named = (certificates: readonly Certificate[]) => certificates.map((one) => ({ name, certificate: one }));
  return makeTrust({ stores: { ca: named(stores.ca), signingAuthority: named(stores.signingAuthority), tsa: named(stores.tsa) } });
}

export function authorityIn({ name, stores, identities, verifyTimestamp, revocation }: Trusted): Authority {
  const digests = (certificates: readonly Certificate[]) => new Set(certificates.map(({ raw }) => digestOf(raw)));
  const timestamp = stores.tsa.length === 0 ? "none" : verifyTimestamp === "always" ? "required" : "afterExpiry";
  return authority({
    name,
    certificates: (["ca", "signingAuthority"] as const).map((store) => ({
      name,
      store,
      anchors: digests(stores[store]),
      subjects: identities,
    })),
    timestampAuthorities: digests(stores.tsa),
    timestamp,
    revocation: revocation === "skip" ? "none" : "enforce",
  });
}

export interface Made {
  readonly envelope: Uint8Array;
  readonly manifest: Uint8Array;
}

/** A signature of the image as JWS, made now, unless the request says otherwise. */
export async function make(request: Partial<NotationSigningRequest> = {}, key: KeyObject = signerKey.privateKey): Promise<Made> {
  const prepared = await prepareSignature({ subject, annotations: {}, chain, kind: jws, at: now, ...request });
  const { blobs, manifest } = assembleSignature(prepared, prepared.scheme.sign(key, prepared.toBeSigned));
  const [envelope = new Uint8Array()] = blobs;
  return { envelope, manifest };
}

export const keyPairs: Readonly<Record<string, () => KeyPair>> = {
  PS256: () => generateKeyPairSync("rsa", { modulusLength: 2048 }),
  PS384: () => generateKeyPairSync("rsa", { modulusLength: 3072 }),
  PS512: () => generateKeyPairSync("rsa", { modulusLength: 4096 }),
  ES256: makeKey,
  ES384: () => generateKeyPairSync("ec", { namedCurve: "P-384" }),
  ES512: () => generateKeyPairSync("ec", { namedCurve: "P-521" }),
};

/** The evidence of one manifest and its envelope, read as the engine has it read, verified, and compared with who is expected. */
export async function verifyMade({ envelope, manifest }: Made, options: VerifyOptions = {}): Promise<Finding & { readonly match: Match }> {
  const { trusted = trust, at = now, facts, of = image, type = mediaTypes.ociManifest } = options;
  const parsed = parseManifest(manifest, mediaTypes.ociManifest);
  assert.ok(parsed.kind === "image");
  const descriptor = { mediaType: mediaTypes.ociManifest, digest: digestOf(manifest), size: manifest.length };
  const recognised = notation.recognise({ location: { kind: "referrers" }, descriptor, manifest: parsed });
  assert.ok(recognised, "not recognised");
  const [layer] = recognised.fetch;
  const [evidence, ...more] = await recognised.read(new Map(layer ? [[layer.digest, envelope]] : []), new AbortController().signal);
  assert.ok(evidence && more.length === 0);
  const digest = digestOf(of);
  const about: ImageSubject = {
    kind: "image",
    repository: "registry.example/app",
    reference: "registry.example/app:1",
    digest,
    descriptor: { mediaType: type, digest, size: of.length },
    manifest: of,
  };
  return under(authorityIn(trusted), await notation.verify(evidence, about, trustIn(trusted), at, facts), at, facts);
}

export interface VerifyOptions {
  readonly trusted?: Trusted;
  readonly at?: Instant;
  readonly facts?: Facts;
  /** The image. */
  readonly of?: Uint8Array;
  /** Its media type. */
  readonly type?: string;
}

/** The checks as `name code`, or `name` where one passed. */
export function summary({ checks }: Finding): readonly string[] {
  return checks.map((check) =>
    check.outcome === "passed" ? check.name : `${check.name} ${check.code}${check.outcome === "failed" ? "" : "?"}`,
  );
}

export interface LooseParts {
  /** Protected headers beside the usual ones, or in their place; an undefined one is left out. */
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly unprotected?: Readonly<Record<string, unknown>>;
  readonly payload?: Uint8Array;
  readonly certificates?: readonly Certificate[];
  readonly key?: KeyObject;
}

const targetPayload = encodeUtf8(JSON.stringify({ targetArtifact: subject }));

/** A JWS of any headers, signed well. */
export function looseJws({
  headers,
  unprotected,
  payload = targetPayload,
  certificates = chain,
  key = signerKey.privateKey,
}: LooseParts = {}): Made {
  const usual = {
    alg: "ES256",
    crit: ["io.cncf.notary.signingScheme"],
    cty: "application/vnd.cncf.notary.payload.v1+json",
    "io.cncf.notary.signingScheme": "notary.x509",
    "io.cncf.notary.signingTime": formatInstant(now),
  };
  const toSign = jwsToBeSigned(json({ ...usual, ...headers }), payload);
  const header = json({ x5c: certificates.map(({ raw }) => toBase64(raw)), ...unprotected });
  return around(encodeFlattenedJws(toSign, header, sign("sha256", toSign, { key, dsaEncoding: "ieee-p1363" })), "application/jose+json");
}

/** A COSE_Sign1 of any headers, signed well. */
export function looseCose(
  headers: readonly (readonly [CborKey, Cbor | undefined])[] = [],
  unprotected: readonly (readonly [CborKey, Cbor | undefined])[] = [],
): Made {
  const usual: readonly (readonly [CborKey, Cbor])[] = [
    [1, -7],
    [2, ["io.cncf.notary.signingScheme"]],
    [3, "application/vnd.cncf.notary.payload.v1+json"],
    ["io.cncf.notary.signingScheme", "notary.x509"],
    ["io.cncf.notary.signingTime", new Tagged(1, now / 1000)],
  ];
  const protectedBytes = encodeCbor(mapOf([...usual, ...headers]));
  const toSign = coseToBeSigned({ protectedBytes, payload: targetPayload });
  const signature = sign("sha256", toSign, { key: signerKey.privateKey, dsaEncoding: "ieee-p1363" });
  const loose = mapOf([[33, chain.map(({ raw }) => raw)], ...unprotected]);
  return around(encodeCoseSign1({ protectedBytes, unprotected: loose, payload: targetPayload, signature }), "application/cose");
}

export function around(envelope: Uint8Array, envelopeType: EnvelopeType): Made {
  return { envelope, manifest: encodeSignatureManifest({ envelope, envelopeType, chain, subject, at: now }) };
}

/** The last of a name counts; an undefined value leaves it out. */
function mapOf(entries: readonly (readonly [CborKey, Cbor | undefined])[]): CborMap {
  const map = new Map(entries);
  return new Map([...map].flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));
}

function json(value: unknown): JsonObject {
  return JSON.parse(JSON.stringify(value));
}

/** The checks of a good signature without a timestamp, as `summary` lists them. */
export const goodChecks: readonly string[] = ["format", "signature", "certificate", "identity", "validity", "subject"];
/** The checks of an envelope that cannot be parsed. */
export const malformedChecks: readonly string[] = ["format MALFORMED_EVIDENCE"];

/** Names of signed attributes. */
export const attributes = {
  scheme: "io.cncf.notary.signingScheme",
  signingTime: "io.cncf.notary.signingTime",
  authenticTime: "io.cncf.notary.authenticSigningTime",
  expiry: "io.cncf.notary.expiry",
} as const;

/** Verifies the signature and summarises its checks. */
export async function checksOf(made: Made | Promise<Made>, options?: VerifyOptions): Promise<readonly string[]> {
  return summary(await verifyMade(await made, options));
}

/** The same for a JWS of these parts. */
export function looseChecks(parts: LooseParts, options?: VerifyOptions): Promise<readonly string[]> {
  return checksOf(looseJws(parts), options);
}
