/** A timestamp authority as a script for a server on loopback (RFC 3161). Strict: a request that is not valid DER is refused. */
import type { KeyObject } from "node:crypto";
import { Members, parseDer, tags } from "../../src/core/asn1/der.ts";
import { readInteger, readOctetString, readOid } from "../../src/core/asn1/der-values.ts";
import type { Instant } from "../../src/core/instant.ts";
import { extensions, makeCertificate, makeKey, oids as certificateOids } from "../../src/core/x509/fixture.test.ts";
import type { CertificateAuthority } from "../../src/trust/trusted-root.ts";
import { testClock } from "./clock.ts";
import { refuse } from "./fulcio.ts";
import type { Script, ScriptedAnswer } from "./scripted-registry.ts";
import { makeResponse, makeToken, oids } from "./timestamp-authority.ts";

export interface TsaFake {
  readonly script: Script;
  /** Of its root. */
  readonly rootKey: KeyObject;
  readonly authority: CertificateAuthority;
}

/** Of a TSTInfo, in their order, DER. */
type Parts = Readonly<Record<string, Uint8Array>>;

export interface TsaOptions {
  /** `testClock` by default; its certificates are valid a day around the first time. */
  readonly clock?: () => Instant;
  /** PKIStatus; the response has a token for 0 and 1 only. */
  readonly status?: number;
  /** Changes parts of the TSTInfo. */
  readonly alter?: (info: Parts) => Parts;
  /** Additional extensions of its signing certificate. */
  readonly extensions?: readonly Uint8Array[];
}

const day = 24 * 60 * 60_000;

export function tsaFake(options: TsaOptions = {}): TsaFake {
  const { clock = testClock, status = 0, alter = (info) => info } = options;
  const keys = { root: makeKey(), stamper: makeKey() };
  const around = { notBefore: clock() - day, notAfter: clock() + day };
  const asRoot = [extensions.authority(1), extensions.keyCertSign];
  const root = makeCertificate({ subject: "stamps", key: keys.root, ...around, extensions: asRoot });
  const stamper = makeCertificate({
    subject: "stamper",
    issuer: "stamps",
    key: keys.stamper,
    signedBy: keys.root.privateKey,
    ...around,
    extensions: [extensions.digitalSignature, extensions.usage([certificateOids.timeStamping], true), ...(options.extensions ?? [])],
  });

  function answer(body: Uint8Array): ScriptedAnswer {
    if (status > 1) return { status: 201, body: makeResponse(status) };
    const { imprint, nonce } = readRequest(body);
    const token = makeToken({
      certificate: stamper.raw,
      privateKey: keys.stamper.privateKey,
      message: new Uint8Array(),
      at: clock(),
      info: (usual) => alter({ ...usual, imprint, nonce }),
    });
    return { status: 201, headers: { "content-type": "application/timestamp-reply" }, body: makeResponse(status, token) };
  }

  return {
    rootKey: keys.root.privateKey,
    script: {
      "POST /api/v1/timestamp": ({ headers, body }) =>
        headers["content-type"] === "application/timestamp-query" ? answer(body) : refuse(415, "unsupported media type"),
    },
    authority: { name: "https://stamps.example", operator: "stamps.example", chain: [stamper, root], validFor: { start: 0 } },
  };
}

/** The request's parts that the response repeats, DER. Throws unless it requests a certificate and has a SHA-256 imprint. */
function readRequest(body: Uint8Array): { readonly imprint: Uint8Array; readonly nonce: Uint8Array } {
  const request = new Members(parseDer(body, "request"), tags.sequence, "request");
  if (readInteger(request.take("version"), "version") !== 1n) throw new Error("the request is not of version 1");
  const imprint = request.take("messageImprint", tags.sequence);
  const nonce = request.take("nonce", tags.integer);
  const [certificates] = request.take("certReq", tags.boolean).content;
  request.end();
  const parts = new Members(imprint, tags.sequence, "imprint");
  const algorithm = readOid(new Members(parts.take("hashAlgorithm"), tags.sequence, "algorithm").take("algorithm"), "algorithm");
  const { length } = readOctetString(parts.take("hashedMessage"), "hashedMessage");
  if (algorithm !== oids.sha256 || length !== 32 || certificates !== 0xff || nonce.content.length > 9)
    throw new Error("not as it is to be");
  return { imprint: imprint.raw, nonce: nonce.raw };
}
