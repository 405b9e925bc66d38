import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { corpusPath, skipWithout } from "../../test/fakes/corpora.ts";
import { readsOrRefuses } from "../../test/reads-or-refuses.ts";
import { encodeUtf8 } from "../core/bytes.ts";
import { TouchmarkError } from "../core/errors.ts";
import { parseSigningConfig } from "./parse-signing-config.ts";

const mediaType = "application/vnd.dev.sigstore.signingconfig.v0.2+json";
const service = {
  url: "https://log.example.com/here",
  majorApiVersion: 2,
  validFor: { start: "2026-01-01T00:00:00Z", end: "2027-01-01T00:00:00Z" },
  operator: "example.com",
};
const parse = (document: object) => parseSigningConfig(encodeUtf8(JSON.stringify(document)), "config");
const refuses = (code: string, message: RegExp) => (error: unknown) =>
  error instanceof TouchmarkError && error.code === code && message.test(error.message);

describe("a signing config", () => {
  it("lists services, and how many of them are used", () => {
    const config = parse({ mediaType, rekorTlogUrls: [service], rekorTlogConfig: { selector: "EXACT", count: 2 } });
    const [log] = config.logs.services;
    assert.deepEqual(log, { ...service, validFor: { start: Date.UTC(2026, 0), end: Date.UTC(2027, 0) } });
    assert.deepEqual(config.logs.selector, { kind: "exact", count: 2 });
    for (const [selector, expected] of [
      ["ALL", { kind: "all" }],
      ["ANY", { kind: "exact", count: 1 }],
    ] as const) {
      assert.deepEqual(parse({ mediaType, tsaUrls: [service], tsaConfig: { selector } }).timestampAuthorities.selector, expected);
    }
  });

  it("may list no services, and then no selector", () => {
    const config = parse({ mediaType, rekorTlogConfig: {}, tsaConfig: {} });
    assert.deepEqual([config.certificateAuthorities, config.logs.services, config.timestampAuthorities.services], [[], [], []]);
  });

  it("of version 0.1 has one operator for each host, and no end of validity", () => {
    const config = parse({
      mediaType: mediaType.replace("0.2", "0.1"),
      caUrl: "https://ca.sigstore.example",
      tlogUrls: ["https://a.sigstore.example", "https://b.other.example"],
    });
    assert.deepEqual(config.certificateAuthorities, [
      { url: "https://ca.sigstore.example", majorApiVersion: 1, validFor: { start: 0 }, operator: "sigstore.example" },
    ]);
    assert.deepEqual(
      config.logs.services.map(({ operator }) => operator),
      ["sigstore.example", "other.example"],
    );
    assert.deepEqual(config.identityProviders, []);
  });

  const refused: readonly (readonly [string, object, string, RegExp])[] = [
    ["another kind of file", { mediaType: "application/json" }, "MALFORMED", /mediaType/],
    ["a future version", { mediaType: mediaType.replace("0.2", "0.3") }, "UNSUPPORTED", /version 0\.3/],
    ["a missing selector", { mediaType, tsaUrls: [service] }, "MALFORMED", /tsaConfig/],
    ["an unknown selector", { mediaType, tsaUrls: [service], tsaConfig: { selector: "MOST" } }, "MALFORMED", /selector is "MOST"/],
    ["a selector with count 0", { mediaType, tsaUrls: [service], tsaConfig: { selector: "EXACT", count: 0 } }, "MALFORMED", /count is 0/],
    ["a service with an invalid URL", { mediaType, caUrls: [{ ...service, url: "ca.example.com" }] }, "MALFORMED", /caUrls\[0\]\.url/],
    ["a service of another kind", { mediaType, caUrls: [{ ...service, url: "file:///etc/passwd" }] }, "MALFORMED", /http or https/],
    ["credentials in a URL", { mediaType, caUrls: [{ ...service, url: "https://me:secret@ca.example" }] }, "MALFORMED", /credentials/],
    [
      "a period that ends early",
      { mediaType, caUrls: [{ ...service, validFor: { start: "2026-01-01T00:00:00Z", end: "2025-01-01T00:00:00Z" } }] },
      "MALFORMED",
      /ends before/,
    ],
    ["no period", { mediaType, caUrls: [{ ...service, validFor: undefined }] }, "MALFORMED", /validFor/],
    ["a fractional version", { mediaType, caUrls: [{ ...service, majorApiVersion: 1.5 }] }, "MALFORMED", /majorApiVersion/],
    ["too many services", { mediaType, caUrls: Array.from({ length: 65 }, () => service) }, "LIMIT_EXCEEDED", /65 entries/],
    ["an invalid URL in 0.1", { mediaType: mediaType.replace("0.2", "0.1"), tlogUrls: [7] }, "MALFORMED", /tlogUrls\[0\]/],
  ];
  for (const [what, document, code, message] of refused) {
    it(`refuses ${what}`, () => {
      assert.throws(() => parse(document), refuses(code, message));
      assert.throws(
        () => parse(document),
        (error: unknown) => error instanceof Error && !error.message.includes("secret"),
      );
    });
  }

  it("any document is read or throws a TouchmarkError", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom("caUrls", "tlogUrls", "tsaConfig", "tsaUrls", "caUrl"), fc.jsonValue()), (members) => {
        readsOrRefuses(() => parse({ mediaType, ...members }));
      }),
    );
  });

  it("is read as the public instance publishes it", { skip: skipWithout("sigstore-root-targets") }, () => {
    const read = (file: string) => parseSigningConfig(readFileSync(corpusPath(`sigstore-root-targets/${file}`)), file);
    const newest = read("signing_config_rekor_v2.v0.2.json");
    assert.deepEqual(
      newest.logs.services.map(({ majorApiVersion }) => majorApiVersion),
      [2, 1],
    );
    assert.equal(newest.timestampAuthorities.services[0]?.url, "https://timestamp.sigstore.dev/api/v1/timestamp");
    const [first] = read("signing_config.json").certificateAuthorities;
    assert.deepEqual(
      { ...first, validFor: undefined },
      { ...read("signing_config.v0.2.json").certificateAuthorities[0], validFor: undefined },
    );
  });
});
