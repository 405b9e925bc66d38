/**
 * A long-lived verifier: concurrent requests for one image share one verification; content, listings and findings are cached within
 * bounds. Two verifiers in one process share nothing.
 */
import { Memo } from "../core/async/memoise.ts";
import { singleFlight } from "../core/async/single-flight.ts";
import type { EvidenceSources } from "../core/evidence-source.ts";
import type { Digest } from "../core/digest.ts";
import type { GatherFacts } from "../core/facts/facts.ts";
import type { Instant } from "../core/instant.ts";
import { formatReference, repositoryOf, type Reference } from "../core/oci/reference.ts";
import type { Repository } from "../core/repository.ts";
import type { Verdict } from "../core/verdict.ts";
import type { Format } from "../formats/format.ts";
import type { PolicyAndTrust } from "../policy/compile.ts";
import type { Wants } from "../policy/policy.ts";
import { engineLimits, type EvidenceLimits } from "./limits.ts";
import { FindingMemory } from "./finding-memory.ts";
import { repositoryMemory, type MemoryLimits } from "./remembering-repository.ts";
import { Recording, recordVerdicts, type RecordSettings } from "./recording.ts";
import { stopwatch } from "./stopwatch.ts";
import { decideAll } from "./verify.ts";

export interface VerifierLimits extends MemoryLimits, EvidenceLimits {
  /** Maximum cached findings. */
  readonly findings: number;
  /** Maximum verifications that are shared at once; more run, but are not shared. */
  readonly sharedVerifications: number;
}

export const defaultVerifierLimits: VerifierLimits = {
  evidenceBytes: engineLimits.evidenceBytes,
  evidencePieces: engineLimits.evidencePieces,
  contentBytes: 64 * 1024 * 1024,
  listingTime: 5000,
  listings: 10_000,
  findings: 10_000,
  sharedVerifications: 10_000,
};

export interface VerifierSettings extends RecordSettings {
  readonly formats: readonly Format[];
  /** Opens the repository of a reference. */
  readonly open: (reference: Reference) => Repository;
  /** The policy and trust for images of a repository; called once per verification, which uses this one trust throughout. */
  readonly basis: (repository: string) => PolicyAndTrust | Promise<PolicyAndTrust>;
  readonly gather?: GatherFacts;
  /** Sources of evidence outside the repositories. */
  readonly sources?: EvidenceSources;
  readonly clock: () => Instant;
  readonly limits?: Partial<VerifierLimits>;
}

export interface VerifyQuestion {
  /** Covers every image of an index. */
  readonly recursive?: boolean;
  /** Claims to read beside those that the policy wants: their findings are in the verdict. */
  readonly wants?: Wants;
  /** For whom it is decided: the record of each question names its own. */
  readonly actor?: string | undefined;
  readonly signal: AbortSignal;
}

export interface Verifier {
  /** Returns a verdict for the image, and with `recursive` for each image of an index, the index first. Throws as `verify` does. */
  verify(reference: Reference, question: VerifyQuestion): Promise<readonly Verdict[]>;
}

export function createImageVerifier(settings: VerifierSettings): Verifier {
  const { formats, open, basis, gather, sources, clock } = settings;
  const limits = { ...defaultVerifierLimits, ...settings.limits };
  const remembering = repositoryMemory(limits, clock);
  const findings = new FindingMemory(limits.findings);
  // Verdicts go to those who waited for them and are not kept: the next question resolves the tag anew.
  const shared = new Memo<string, readonly Verdict[]>(limits.sharedVerifications, { until: () => -Infinity, clock });

  /** The digests of the trust that repositories were last verified under. */
  const trusts = new Map<string, Digest>();
  const noteTrust = (repository: string, { trust: { digest: after } }: PolicyAndTrust, recording: Recording): void => {
    const before = trusts.get(repository);
    const oldest = trusts.keys().next();
    if (before === undefined && trusts.size >= limits.listings && !oldest.done) trusts.delete(oldest.value);
    trusts.set(repository, after);
    if (before !== undefined && before !== after) recording.keep({ kind: "trust-changed", at: clock(), repository, before, after });
  };

  return {
    async verify(reference, { recursive = false, wants: more, actor, signal }) {
      const elapsed = stopwatch();
      const repository = repositoryOf(reference);
      const opening = singleFlight(
        async () => basis(repository),
        () => {},
      );
      const decidedBy = await opening(signal); // a caller may leave meanwhile
      const recording = new Recording({ ...settings, actor });
      noteTrust(repository, decidedBy, recording);
      const wants = more ? union(decidedBy.policy.wants, more) : decidedBy.policy.wants;
      const key = JSON.stringify([formatReference(reference), decidedBy.policy.digest, decidedBy.trust.digest, recursive, wants]);
      const work = (inner: AbortSignal): Promise<readonly Verdict[]> => {
        const common = {
          formats,
          basis: decidedBy,
          wants,
          sources,
          limits,
          at: clock(),
          gather,
          recursive,
          signal: inner,
        };
        return decideAll(remembering(open(reference)), reference, { ...common, findings });
      };
      const verdicts = await shared.get(key, work, signal);
      return recordVerdicts(verdicts, elapsed(), recording);
    },
  };
}

function union(one: Wants, other: Wants): Wants {
  const kinds = [...new Set([...one.kinds, ...other.kinds])];
  const wanted = [one, other].filter((wants) => wants.kinds.includes("attestation"));
  const types = wanted.flatMap(({ predicateTypes }) => predicateTypes ?? []);
  return wanted.every(({ predicateTypes }) => predicateTypes) && wanted.length > 0
    ? { kinds, predicateTypes: [...new Set(types)] }
    : { kinds };
}
