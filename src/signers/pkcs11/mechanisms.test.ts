import assert from "node:assert/strict";
import { generateKeyPairSync, sign, verify } from "node:crypto";
import { suite, test } from "node:test";
import { assert as check, property, uint8Array } from "fast-check";
import { parseDer } from "../../core/asn1/der.ts";
import { signingSchemes } from "../../core/keys/signature-schemes.ts";
import { toDer, tokenScheme } from "./mechanisms.ts";

suite("signatures of tokens", () => {
  test("have the same numbers in DER", () => {
    for (const namedCurve of ["P-256", "P-384", "P-521"]) {
      const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve });
      const message = Buffer.from("message");
      for (let i = 0; i < 20; i++) {
        const raw = sign("sha256", message, { key: privateKey, dsaEncoding: "ieee-p1363" });
        assert.equal(verify("sha256", message, { key: publicKey, dsaEncoding: "der" }, toDer(raw)), true);
      }
    }
  });

  test("become DER in the shortest form, for any numbers", () => {
    check(
      property(uint8Array({ minLength: 32, maxLength: 32 }), uint8Array({ minLength: 32, maxLength: 32 }), (r, s) => {
        const { children } = parseDer(toDer(Buffer.concat([r, s])), "signature");
        const numbers = children.map(({ content }) => BigInt(`0x${Buffer.from(content).toString("hex")}`));
        assert.deepEqual(
          numbers,
          [r, s].map((half) => BigInt(`0x${Buffer.from(half).toString("hex")}`)),
        );
        for (const { content } of children)
          assert.ok((content[0] ?? 0x80) < 0x80 && (content.length === 1 || content[0] !== 0 || (content[1] ?? 0) >= 0x80));
      }),
    );
  });

  test("of zero or odd length are refused", () => {
    for (const length of [0, 63]) assert.throws(() => toDer(new Uint8Array(length)), { code: "PLUGIN_FAILED" });
  });

  test("are supported in every scheme except Ed25519", () => {
    for (const scheme of Object.values(signingSchemes)) {
      if (scheme.name === "ed25519") assert.throws(() => tokenScheme(scheme), { code: "UNSUPPORTED" });
      else assert.ok(tokenScheme(scheme).mechanism.mechanism > 0, scheme.name);
    }
  });
});
