/** Assertions about the revocation status of the fixture's leaf. */
import assert from "node:assert/strict";
import { factKey, type FactQuestion } from "../core/facts/facts.ts";
import type { RevocationStatus } from "./revocation-status.ts";

export async function passes(found: Promise<RevocationStatus>, detail: RegExp = /not revoked/): Promise<void> {
  const { outcome, detail: told } = await found;
  assert.equal(outcome, "passed", told);
  assert.match(told, detail);
}
export async function isRevoked(found: Promise<RevocationStatus>): Promise<void> {
  const one = await found;
  assert.ok(one.outcome === "failed", `${one.outcome}: ${one.detail}`);
  assert.equal(one.code, "REVOKED");
  assert.match(one.detail, /"CN=leaf" was revoked at 2026-05-01T00:00:00Z/);
}
/** Asserts that the status is undecided and needs no more facts. */
export async function isUnknown(found: Promise<RevocationStatus>, detail: RegExp, code = "REVOCATION_UNKNOWN"): Promise<void> {
  const one = await found;
  assert.ok(one.outcome === "undecided", `${one.outcome}: ${one.detail}`);
  assert.match(one.detail, detail);
  assert.deepEqual([one.code, one.needs], [code, []]);
}
export async function needs(found: Promise<RevocationStatus>, ...questions: readonly FactQuestion[]): Promise<void> {
  const one = await found;
  assert.ok(one.outcome === "undecided", `${one.outcome}: ${one.detail}`);
  assert.deepEqual(one.needs.map(factKey), questions.map(factKey));
}
