import assert from "node:assert/strict";
import { suite, test } from "node:test";
import * as fc from "fast-check";
import { TouchmarkError } from "../../core/errors.ts";
import { parseOffsetTime } from "./offset-time.ts";

const parse = (text: string) => parseOffsetTime(text, "time");

suite("times with an offset", () => {
  const noon = Date.UTC(2026, 5, 15, 12);
  const read: Readonly<Record<string, number>> = {
    "2026-06-15T12:00:00Z": noon,
    "2026-06-15T12:00:00+00:00": noon,
    "2026-06-15T04:00:00-08:00": noon,
    "2026-06-15T17:45:00+05:45": noon,
    "2026-06-15T12:00:00.123456789Z": noon + 123,
    "2026-06-15T14:00:00.5+02:00": noon + 500,
  };
  for (const [text, at] of Object.entries(read)) test(`reads ${text}`, () => assert.equal(parse(text), at));

  const refused = [
    "",
    "2026-06-15",
    "2026-06-15T12:00:00",
    "2026-06-15 12:00:00Z",
    "2026-06-15t12:00:00z",
    "2026-02-29T12:00:00Z",
    "2026-06-15T24:00:00Z",
    "2026-06-15T12:00:60Z",
    "2026-06-15T12:00:00+24:00",
    "2026-06-15T12:00:00+01:60",
    "2026-06-15T12:00:00+0100",
    "2026-06-15T12:00:00,5Z",
    "2026-06-15T12:00:00.Z",
    "12026-06-15T12:00:00Z",
    " 2026-06-15T12:00:00Z",
    "2026-06-15T12:00:00Z\n",
  ];
  for (const text of refused) test(`refuses ${JSON.stringify(text)}`, () => assert.throws(() => parse(text), { code: "MALFORMED" }));

  test("any time of any zone is read as it was", () => {
    const offset = fc.integer({ min: -23 * 60 - 59, max: 23 * 60 + 59 });
    fc.assert(
      fc.property(fc.date({ min: new Date("0002-01-01"), max: new Date("9998-01-01"), noInvalidDate: true }), offset, (date, minutes) => {
        const local = new Date(date.getTime() + minutes * 60_000).toISOString().slice(0, -1);
        const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
        const zone = `${minutes < 0 ? "-" : "+"}${two(Math.abs(minutes) / 60)}:${two(Math.abs(minutes) % 60)}`;
        assert.equal(parse(`${local}${zone}`), date.getTime());
      }),
    );
  });

  test("any text is read or refused, by name", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9:TZ.+-]{0,30}$/)), (text) => {
        try {
          assert.ok(Number.isSafeInteger(parse(text)));
        } catch (thrown) {
          assert.ok(thrown instanceof TouchmarkError && thrown.code === "MALFORMED", String(thrown));
        }
      }),
    );
  });
});
