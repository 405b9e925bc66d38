/** Expected signers for tests: authorities and policies in one line, and findings evaluated under them. */
import { encodeUtf8 } from "../../src/core/bytes.ts";
import { digestOf } from "../../src/core/digest.ts";
import type { Facts } from "../../src/core/facts/facts.ts";
import type { Check, Finding } from "../../src/core/finding.ts";
import type { Instant } from "../../src/core/instant.ts";
import { defaultStrictness, type Authority } from "../../src/policy/authority.ts";
import type { PolicyAndTrust } from "../../src/policy/compile.ts";
import { matchAuthority, type Match } from "../../src/policy/match.ts";
import { countingChecks } from "../../src/policy/counts.ts";
import type { Policy } from "../../src/policy/policy.ts";
import type { Trust } from "../../src/trust/trust.ts";

export function authority(parts: Partial<Authority> = {}): Authority {
  const nobody = { name: "signer", keys: [], identities: [], certificates: [], timestampAuthorities: new Set<never>() };
  return { ...nobody, ...defaultStrictness, timestamp: "required", ...parts };
}

/** The policy that any of these authorities has signed every image, with these annotations. */
export function anySigner(from: readonly Authority[], annotations: Readonly<Record<string, string>> = {}): Policy {
  const expected = from.map(({ keys, identities, log, sct }) => [keys.map(({ publicKey }) => publicKey.fingerprint), identities, log, sct]);
  return {
    name: "command-line",
    digest: digestOf(encodeUtf8(JSON.stringify([expected, annotations]))),
    undecided: "deny",
    rules: [{ name: "any", matches: () => 0, signatures: [{ name: "signed", from, atLeast: 1, annotations }] }],
    wants: { kinds: ["signature"] },
    unchecked: [],
  };
}

/** Expects any key of the trust, or the fixture's own expectation. */
export function anyKeyOf(trust: Trust | Expecting, annotations: Readonly<Record<string, string>> = {}): PolicyAndTrust {
  const expected = "expected" in trust ? trust.expected : authority({ keys: trust.keys });
  return { policy: anySigner([expected], annotations), trust };
}

/** Trust with an expected signer. */
export interface Expecting extends Trust {
  readonly expected: Authority;
}

/** The finding with the checks that count for the authority, and those that the policy makes, in the policy's order. */
export function under(expected: Authority, finding: Finding, at: Instant, facts: Facts = new Map()): Finding & { readonly match: Match } {
  const match = matchAuthority(expected, finding, { at, facts });
  const own = new Set(["identity", "plugin"]);
  const counting = countingChecks(expected, finding, at);
  const late = (check: Check): boolean =>
    ["subject", "expiry", "revocation", "validity"].includes(check.name) || (check.name === "timestamp" && finding.signer?.kind === "x509");
  const checks = [...counting.filter((check) => !late(check)), ...match.checks, ...counting.filter(late)];
  return {
    ...finding,
    checks: checks.filter(({ name }) => own.has(name) || name !== "revocation" || expected.revocation !== "none"),
    match,
  };
}
