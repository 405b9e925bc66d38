import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { TouchmarkError } from "../core/errors.ts";
import { nextLink } from "./link.ts";

test("the next page is the link of that relation", () => {
  assert.equal(nextLink(""), undefined);
  assert.equal(nextLink('</v2/app/referrers/x?n=1&last=a,b>; rel="next"'), "/v2/app/referrers/x?n=1&last=a,b");
  assert.equal(nextLink('</a>; rel=prev, </b>; title="x"; rel=next , </c>; rel=next'), "/b");
  assert.equal(nextLink('</a>; REL="start NEXT"'), "/a");
  assert.equal(nextLink('</a>; rel="prev"; rel="next"'), undefined, "the first rel counts");
  assert.equal(nextLink("</a>"), undefined);
});

test("an invalid list of links is refused", () => {
  for (const header of ["/a; rel=next", "</a; rel=next", '</a>; rel="next', "</a> rel=next", "</a>; =next", "</a b>; rel=next"]) {
    assert.throws(() => nextLink(header), { code: "MALFORMED" }, header);
  }
  assert.throws(() => nextLink(`<${"x".repeat(9000)}>; rel=next`), { code: "LIMIT_EXCEEDED" });
});

test("any header is parsed or refused", () => {
  const pieces = fc.constantFrom("<", ">", "</a>", ";", "rel", "=", '"', "next", ",", " ", "\\");
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
      try {
        nextLink(parts.join(""));
      } catch (error) {
        assert.ok(error instanceof TouchmarkError);
      }
    }),
    { numRuns: 1000 },
  );
});
