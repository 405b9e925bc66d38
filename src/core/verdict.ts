/** The verdict for one subject under one policy: the same structure is printed, sent, stored and displayed. */
import type { Digest, FileDigest } from "./digest.ts";
import type { Code } from "./errors.ts";
import type { Check, CheckName, Finding, UnreadLocation } from "./finding.ts";
import type { Instant } from "./instant.ts";
import type { Interval } from "./interval.ts";

export type Decision = "allow" | "deny" | "undecided";

export interface Reason {
  readonly code: Code;
  readonly expected: string;
  readonly found: string;
  /** The next step. */
  readonly remedy: string;
}

/** How one finding meets a requirement, or why it does not. */
export interface ConsideredFinding {
  /** Index of the finding in the verdict. */
  readonly finding: number;
  /** The authority that it is compared with: the one that it meets, or the one that it comes closest to. */
  readonly authority: string;
  /** The policy's checks; the finding has the checks that are independent of the policy. */
  readonly checks: readonly Check[];
  /** Absent if it meets the requirement. */
  readonly code?: Code;
}

export type Requirement =
  | { readonly name: string; readonly decision: "allow"; readonly considered: readonly ConsideredFinding[] }
  | {
      readonly name: string;
      readonly decision: "deny" | "undecided";
      readonly reason: Reason;
      readonly considered: readonly ConsideredFinding[];
    };

export interface VerdictSubject {
  /** The reference or name as given by the user. */
  readonly reference: string;
  /** Absent for a file. */
  readonly repository?: string;
  /** Absent if it could not be resolved. */
  readonly digest?: FileDigest;
  readonly mediaType?: string;
}

export interface Verdict {
  readonly decision: Decision;
  readonly subject: VerdictSubject;
  readonly policy: { readonly name: string; readonly digest: Digest };
  /** Digest of the trust that was used. */
  readonly trust: Digest;
  /** Present if the trust root that is embedded in this package was used: by when it was to be renewed. */
  readonly embeddedTrustRenewBy?: Instant;
  /** Checks that the policy skips: they never cause a refusal. */
  readonly unchecked: readonly CheckName[];
  readonly at: Instant;
  /** The interval around `at` in which the findings stay the same. */
  readonly holds: Interval;
  /** Absent exactly when the decision is allow. */
  readonly reason?: Reason;
  readonly requirements: readonly Requirement[];
  /** Each finding once; requirements refer to them by index. */
  readonly findings: readonly Finding[];
  /** Locations that could not be read. */
  readonly unread: readonly UnreadLocation[];
}
