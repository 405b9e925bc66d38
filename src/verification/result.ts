/** The result of verifying one thing: the check to report and, if it passed, the verified value. */
import type { Check } from "../core/finding.ts";

export type Result<T> =
  | { readonly check: Extract<Check, { readonly outcome: "passed" }>; readonly value: T }
  | { readonly check: Exclude<Check, { readonly outcome: "passed" }> };
