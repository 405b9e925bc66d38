import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { inspect } from "node:util";
import { assert as check, constantFrom, oneof, property, string, stringMatching, tuple, uint8Array } from "fast-check";
import { readsOrRefuses } from "../../../test/reads-or-refuses.ts";
import { parsePkcs11Uri } from "./pkcs11-uri.ts";

const written = (bytes: Uint8Array): string => Array.from(bytes, (byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");

suite("PKCS #11 URIs", () => {
  test("contain token, key, module and PIN", () => {
    const uri =
      "pkcs11:model=SoftHSM%20v2;manufacturer=SoftHSM%20project;serial=5a;token=My%20token%3b;slot-id=17;id=%01%ff;object=release;type=private";
    assert.deepEqual(parsePkcs11Uri(`${uri}?module-path=/usr/lib/softhsm.so&pin-value=12%2634`), {
      shown: uri,
      token: { label: "My token;", manufacturerID: "SoftHSM project", model: "SoftHSM v2", serialNumber: "5a" },
      slotId: 17n,
      object: "release",
      id: Buffer.of(1, 0xff),
      modulePath: "/usr/lib/softhsm.so",
      pin: { value: "12&34" },
    });
  });

  test("contain the PIN's source", () => {
    const pinIn = (source: string) => parsePkcs11Uri(`pkcs11:?pin-source=${source}`).pin;
    assert.deepEqual(pinIn("/run/pin"), { source: "/run/pin" });
    assert.deepEqual(pinIn("file:/run/pin"), { source: "/run/pin" });
    assert.deepEqual(pinIn("file:///run/pin"), { source: "/run/pin" });
    assert.deepEqual(pinIn("env://PIN"), { source: "env://PIN" });
  });

  const refused = [
    "",
    "pkcs11",
    "PKCS11:token=a",
    "pkcs11:token",
    "pkcs11:=a",
    "pkcs11:token=a;",
    "pkcs11:token=a;token=a",
    "pkcs11:token=a;x-vendor=b",
    "pkcs11:library-version=3",
    "pkcs11:pin-value=1",
    "pkcs11:type=cert",
    "pkcs11:token=a b",
    "pkcs11:token=a%2",
    "pkcs11:token=a%zz",
    "pkcs11:token=ä",
    "pkcs11:token=%ff",
    "pkcs11:token=a/b",
    "pkcs11:slot-id=0x1",
    "pkcs11:slot-id=-1",
    "pkcs11:?module-path=softhsm.so",
    "pkcs11:?module-name=softhsm",
    "pkcs11:?pin-value=1&pin-source=/run/pin",
    "pkcs11:?pin-value=1&pin-value=1",
    "pkcs11:?pin-value=a;b",
    `pkcs11:object=${"a".repeat(4096)}`,
  ];
  for (const uri of refused) {
    test(`refuse ${JSON.stringify(uri.slice(0, 60))}`, () => assert.throws(() => parsePkcs11Uri(uri), { code: "USAGE" }));
  }

  test("never show the PIN, whatever is wrong with them", () => {
    for (const uri of [
      "pkcs11:?pin-value=hunter2;x",
      "pkcs11:token=a?x=b&pin-value=hunter2",
      "pkcs11:?pin-value=hunter2&pin-value=hunter2",
      "pkcs11:token=a&pin-value=hunter2 ",
    ]) {
      assert.throws(
        () => parsePkcs11Uri(uri),
        (error) =>
          !inspect(error, { depth: 9 })
            .replace(/\n\s+at .*/g, "")
            .includes("hunter2"),
      );
    }
    assert.equal(parsePkcs11Uri("pkcs11:token=a?pin-value=hunter2").shown, "pkcs11:token=a");
  });

  test("are percent-decoded to bytes", () => {
    check(
      property(uint8Array({ maxLength: 100 }), string({ unit: "binary", maxLength: 100 }), (id, object) => {
        const parsed = parsePkcs11Uri(`pkcs11:id=${written(id)};object=${written(Buffer.from(object))}`);
        assert.deepEqual([Buffer.from(parsed.id ?? []), parsed.object], [Buffer.from(id), object]);
      }),
    );
  });

  test("are parsed or refused, for any text", () => {
    const piece = oneof(
      string(),
      stringMatching(/^[%0-9a-f]*$/),
      constantFrom(";", "?", "&", "=", "token=", "id=%00", "pin-value=1", "module-path=/a"),
    );
    check(
      property(tuple(piece, piece, piece, piece), (pieces) => {
        readsOrRefuses(() => parsePkcs11Uri(`pkcs11:${pieces.join("")}`), "USAGE");
      }),
    );
  });
});
