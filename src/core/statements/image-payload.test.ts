import assert from "node:assert/strict";
import { test } from "node:test";
import { preAuthParts } from "../envelopes/dsse.ts";
import { concat, encodeUtf8 } from "../bytes.ts";
import { imagePayloadIn } from "./image-payload.ts";

const header = Buffer.from('{"alg":"ES256","crit":[]}').toString("base64url");

test("bytes that a signature of an image is over are recognised, in every spelling that a verifier takes", () => {
  const found: Readonly<Record<string, Uint8Array>> = {
    DSSE: concat(preAuthParts("application/vnd.in-toto+json", encodeUtf8("{}"))),
    "simple signing": encodeUtf8('{"critical":{"image":{"docker-manifest-digest":"sha256:…"}},"optional":null}'),
    "simple signing in other case": encodeUtf8(' \n{"Critical":{},"x":1}'),
    "simple signing with escapes": encodeUtf8(String.raw`{"\u0063ritical":{}}`),
    "simple signing that is not UTF-8": concat([encodeUtf8('{"critical":{},"x":"'), Uint8Array.of(0xff), encodeUtf8('"}')]),
    "simple signing of many bytes": encodeUtf8(`{"x":"${"x".repeat(5 * 1024 * 1024)}","critical":{"image":{"docker-manifest-digest":""}}}`),
    "simple signing of many bytes, with escapes": encodeUtf8(
      String.raw`{"x":"\"${"x".repeat(5 * 1024 * 1024)}", "\u0043ritical" : {"image":{"\u0064ocker-manifest-digest":""}}}`,
    ),
    "a manifest without a version": encodeUtf8('{"config":{},"layers":[]}'),
    "an index without a version": encodeUtf8('{"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}'),
    "a manifest in letters that Go's reader folds": encodeUtf8('{"\u017fchemaVer\u017fion":2,"config":{}}'),
    JWS: encodeUtf8(`${header}.e30`),
    COSE: Buffer.from(`\x84\x6aSignature1\x43abc\x40\x40`, "latin1"),
    manifest: encodeUtf8('{"schemaVersion":2,"config":{},"layers":[]}'),
    index: encodeUtf8('{"schemaVersion":2,"manifests":[]}'),
  };
  for (const [name, bytes] of Object.entries(found)) assert.equal(typeof imagePayloadIn(bytes), "string", name);
});

const nested = [
  '{"a":{"critical":1}}',
  '{"a":"critical","b":["config","layers"]}',
  '{"a":[{"config":1,"layers":2}]}',
  '{"critical',
  '{"mediaType":"x","config":1}',
];

test("other files are just files: JSON, a JWT, a checksum list, nothing", () => {
  for (const text of [
    "",
    "{",
    "[]",
    '{"schemaVersion":2}',
    `${header}.e30.c2ln`,
    "a.b",
    "abc  app.tar.gz\n",
    "DSSE",
    "null",
    '"critical"',
    ...nested,
  ])
    assert.equal(imagePayloadIn(encodeUtf8(text)), undefined, text);
});
