/** What proving one thing gave: the check as it is reported and, where it passed, what is known from then on. */
import type { Check } from "../core/finding.ts";

export type Result<T> =
  | { readonly check: Extract<Check, { readonly outcome: "passed" }>; readonly value: T }
  | { readonly check: Exclude<Check, { readonly outcome: "passed" }> };
