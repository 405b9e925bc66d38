/** The answer for one subject under one policy: the one shape that is printed, sent, kept and shown. */
import type { Digest, FileDigest } from "./digest.ts";
import type { Code } from "./errors.ts";
import type { CheckName, Finding, UnreadLocation } from "./finding.ts";
import type { Instant } from "./instant.ts";

export type Decision = "allow" | "deny" | "undecided";

export interface Reason {
  readonly code: Code;
  readonly expected: string;
  readonly found: string;
  /** What to do next. */
  readonly remedy: string;
}

export type Requirement =
  | { readonly name: string; readonly decision: "allow"; readonly findings: readonly Finding[] }
  | { readonly name: string; readonly decision: "deny" | "undecided"; readonly reason: Reason; readonly findings: readonly Finding[] };

export interface VerdictSubject {
  /** As it was asked for. */
  readonly reference: string;
  /** Absent for a file, which lies in none. */
  readonly repository?: string;
  /** Absent if it could not be resolved. */
  readonly digest?: FileDigest;
  readonly mediaType?: string;
}

export interface Verdict {
  readonly decision: Decision;
  readonly subject: VerdictSubject;
  readonly policy: { readonly name: string; readonly digest: Digest };
  /** Digest of the trust it was decided with. */
  readonly trust: Digest;
  /** Checks that were given up by whoever asked: they are in no finding. */
  readonly unchecked: readonly CheckName[];
  readonly at: Instant;
  /** Absent exactly when the decision is allow. */
  readonly reason?: Reason;
  readonly requirements: readonly Requirement[];
  /** Places that could not be read. */
  readonly unread: readonly UnreadLocation[];
}
