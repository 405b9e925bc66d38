/**
 * A long-lived verifier: concurrent requests for one image share one verification; content, listings and findings are cached within
 * bounds. Two verifiers in one process share nothing.
 */
import { Memo } from "../core/async/memoise.ts";
import { singleFlight } from "../core/async/single-flight.ts";
import type { GatherFacts } from "../core/facts/facts.ts";
import type { Instant } from "../core/instant.ts";
import { formatReference, repositoryOf, type Reference } from "../core/oci/reference.ts";
import type { Recorder } from "../core/recorder.ts";
import type { Repository } from "../core/repository.ts";
import type { Verdict } from "../core/verdict.ts";
import type { Format } from "../formats/format.ts";
import type { PolicyAndTrust } from "../policy/compile.ts";
import { FindingMemory } from "./finding-memory.ts";
import { repositoryMemory, type MemoryLimits } from "./remembering-repository.ts";
import { verify, type VerifyOptions } from "./verify.ts";

export interface VerifierLimits extends MemoryLimits {
  /** Maximum cached findings. */
  readonly findings: number;
  /** Maximum verifications that are shared at once; more run, but are not shared. */
  readonly sharedVerifications: number;
}

export const defaultVerifierLimits: VerifierLimits = {
  contentBytes: 64 * 1024 * 1024,
  listingTime: 5000,
  listings: 10_000,
  findings: 10_000,
  sharedVerifications: 10_000,
};

export interface VerifierSettings {
  readonly formats: readonly Format[];
  /** Opens the repository of a reference. */
  readonly open: (reference: Reference) => Repository;
  /** The policy and trust for images of a repository; called once per verification, which uses this one trust throughout. */
  readonly basis: (repository: string) => PolicyAndTrust | Promise<PolicyAndTrust>;
  readonly gather?: GatherFacts;
  readonly recorder: Recorder;
  /** Called with a record that could not be kept; without it, the verification throws. */
  readonly onRecordFailure?: VerifyOptions["onRecordFailure"];
  readonly clock: () => Instant;
  readonly limits?: Partial<VerifierLimits>;
}

export interface VerifyQuestion {
  /** Covers every image of an index. */
  readonly recursive?: boolean;
  readonly signal: AbortSignal;
}

export interface Verifier {
  /** Returns a verdict for the image, and with `recursive` for each image of an index, the index first. Throws as `verify` does. */
  verify(reference: Reference, question: VerifyQuestion): Promise<readonly Verdict[]>;
}

export function createImageVerifier(settings: VerifierSettings): Verifier {
  const { formats, open, basis, gather, recorder, onRecordFailure, clock } = settings;
  const limits = { ...defaultVerifierLimits, ...settings.limits };
  const remembering = repositoryMemory(limits, clock);
  const findings = new FindingMemory(limits.findings);
  // Verdicts go to those who waited for them and are not kept: the next question resolves the tag anew.
  const shared = new Memo<string, readonly Verdict[]>(limits.sharedVerifications, { until: () => -Infinity, clock });

  return {
    async verify(reference, { recursive = false, signal }) {
      const opening = singleFlight(
        async () => basis(repositoryOf(reference)),
        () => {},
      );
      const decidedBy = await opening(signal); // a caller may leave meanwhile
      const key = JSON.stringify([formatReference(reference), decidedBy.policy.digest, decidedBy.trust.digest, recursive]);
      const work = (inner: AbortSignal): Promise<readonly Verdict[]> => {
        const common = { formats, basis: decidedBy, at: clock(), gather, recorder, recursive, signal: inner };
        return verify(remembering(open(reference)), reference, { ...common, findings, ...(onRecordFailure && { onRecordFailure }) });
      };
      return (shared.held(key) ?? shared.renew(key, undefined, work))(signal);
    },
  };
}
