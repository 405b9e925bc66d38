/** Tests that each code has the same exit status, HTTP status and texts everywhere. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { setTimeout } from "node:timers/promises";
import { asTouchmarkError, catalogue, TouchmarkError } from "./errors.ts";

/** The exit statuses of docs/design, with their meaning. */
const exits: ReadonlySet<number> = new Set([1, 2, 10, 11, 12, 13, 20, 21, 22, 30, 31, 32, 130]);

describe("the catalogue of codes", () => {
  it("matches the table of docs/reference/codes.md", () => {
    const page = readFileSync(new URL("../../docs/reference/codes.md", import.meta.url), "utf8");
    const tableRows = page.split("\n").filter((line) => line.startsWith("| `"));
    const cells = tableRows.map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
    const rows = Object.entries(catalogue).map(([code, { exit, http, summary, remedy }]) => [
      `\`${code}\``,
      `${exit}`,
      `${http}`,
      summary,
      remedy,
    ]);
    assert.deepEqual(cells, rows);
  });

  it("uses only the defined exit statuses, and sensible HTTP ones", () => {
    for (const [code, { exit, http }] of Object.entries(catalogue)) {
      assert.ok(exits.has(exit), code);
      assert.ok(http >= 400 && http < 600, code);
    }
  });

  it("never advises to trust more", () => {
    for (const [code, { remedy }] of Object.entries(catalogue)) {
      assert.match(remedy, /\.$/, code);
      assert.doesNotMatch(remedy, /insecure|ignore|skip|disable/i, code);
    }
  });

  it("wraps any thrown value", () => {
    const error = new TouchmarkError("TIMEOUT", "slow");
    assert.equal(asTouchmarkError(error), error);
    assert.equal(error.hint, catalogue.TIMEOUT.remedy);
    assert.equal(asTouchmarkError(new RangeError("x")).code, "INTERNAL");
    assert.equal(asTouchmarkError("text").message, "text");
  });

  it("maps the platform's abort errors to TIMEOUT and INTERRUPTED", async () => {
    const error = new TouchmarkError("UNREACHABLE", "gone");
    assert.equal(asTouchmarkError(AbortSignal.abort().reason).code, "INTERRUPTED");
    assert.equal(asTouchmarkError(new DOMException("late", "TimeoutError")).code, "TIMEOUT");
    const thrown = (reason?: unknown) => setTimeout(1, undefined, { signal: AbortSignal.abort(reason) }).catch(asTouchmarkError);
    assert.equal((await thrown())?.code, "INTERRUPTED");
    assert.equal(await thrown(error), error);
    assert.equal((await thrown(new DOMException("late", "TimeoutError")))?.code, "TIMEOUT");
  });

  it("bounds messages, however long an untrusted document's name is", () => {
    const { message } = new TouchmarkError("MALFORMED", `${"\u{1f512}".repeat(5000)} is not a string`);
    assert.equal(message.length, 4000);
    assert.ok(message.isWellFormed() && message.endsWith("…"));
  });
});
