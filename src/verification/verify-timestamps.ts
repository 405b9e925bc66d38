/**
 * Verifies that enough authorities timestamped a signature. Timestamps of untrusted authorities do not count, several of one
 * operator count once, and any other invalid one fails all.
 */
import type { Code } from "../core/errors.ts";
import type { Result } from "./result.ts";
import { verifyTimestamp, type TimestampTime, type TimestampVerificationRequest } from "./verify-timestamp.ts";
import { verificationLimits } from "./limits.ts";

/** Returns all verified timestamps, in their order. TIMESTAMP_MISSING if they are of fewer operators than the threshold, or none. */
export async function verifyTimestamps(
  timestamps: readonly Uint8Array[],
  { threshold, ...question }: TimestampVerificationRequest & { readonly threshold: number },
): Promise<Result<readonly TimestampTime[]>> {
  if (timestamps.length > verificationLimits.timestamps) {
    return stopped(
      "undecided",
      "LIMIT_EXCEEDED",
      `there are ${timestamps.length} timestamps, over the limit of ${verificationLimits.timestamps}`,
    );
  }
  const found: TimestampTime[] = [];
  const details = new Set<string>();
  const untrusted = new Set<string>();
  for (const timestamp of timestamps) {
    const result = await verifyTimestamp(timestamp, question);
    if ("value" in result) {
      found.push(result.value);
      details.add(result.check.detail);
    } else if (result.check.code === "CERTIFICATE_UNTRUSTED") {
      untrusted.add(result.check.detail);
    } else {
      return { check: result.check };
    }
  }
  const operators = new Set(found.map(({ authority }) => authority.operator)).size;
  if (operators < Math.max(threshold, 1)) {
    const wanted = `${operators} of ${Math.max(threshold, 1)} operators of trusted timestamp authorities saw it`;
    return stopped("failed", "TIMESTAMP_MISSING", [wanted, ...[...untrusted].slice(0, 3)].join("; "));
  }
  return { check: { name: "timestamp", outcome: "passed", detail: [...details].join("; ") }, value: found };
}

function stopped(outcome: "failed" | "undecided", code: Code, detail: string): Result<never> {
  return { check: { name: "timestamp", outcome, code, detail } };
}
