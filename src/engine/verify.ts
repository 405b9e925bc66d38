/** Verifies a reference: one verdict for each image it names. */
import { mapBounded } from "../core/async/map-bounded.ts";
import { asTouchmarkError } from "../core/errors.ts";
import type { EvidenceSources } from "../core/evidence-source.ts";
import type { GatherFacts } from "../core/facts/facts.ts";
import type { Instant } from "../core/instant.ts";
import { formatReference, repositoryOf, type Reference } from "../core/oci/reference.ts";
import type { RepositoryReader } from "../core/repository.ts";
import type { ImageSubject, SubjectAddress } from "../core/subject.ts";
import type { Verdict } from "../core/verdict.ts";
import type { Format } from "../formats/format.ts";
import type { PolicyAndTrust } from "../policy/compile.ts";
import type { Wants } from "../policy/policy.ts";
import { embeddedRenewBy } from "../trust/trust.ts";
import { engineLimits, type EvidenceLimits } from "./limits.ts";
import { collectStaged, type Collected, type StagedReading } from "./collect.ts";
import { decide, wantedFacts } from "./decide.ts";
import type { DetachedSignature } from "./detached-signature.ts";
import type { FindingMemory } from "./finding-memory.ts";
import { Recording, recordVerdicts, type RecordSettings } from "./recording.ts";
import { stopwatch } from "./stopwatch.ts";
import { isImage, resolve, resolveAll } from "./resolve.ts";
import { verifyAll } from "./verify-all.ts";

export interface VerifyOptions extends DecideAllOptions, RecordSettings {}

export interface DecideAllOptions {
  readonly formats: readonly Format[];
  /** The policy and trust. With a promise, the first requests go out while keys are read; its failure is thrown. */
  readonly basis: PolicyAndTrust | Promise<PolicyAndTrust>;
  /** The claims that the policy wants, known before its keys are read (signatures). */
  readonly wants?: Wants | undefined;
  /** A detached signature; if given, no other evidence is read. */
  readonly given?: DetachedSignature;
  readonly at: Instant;
  /** Gathers facts that a finding needs, such as the revocation status of certificates. */
  readonly gather?: GatherFacts | undefined;
  readonly limits?: Partial<EvidenceLimits> | undefined;
  /** Sources of evidence outside the repository. */
  readonly sources?: EvidenceSources | undefined;
  /** A cache of findings. */
  readonly findings?: FindingMemory;
  /** Covers the index and every image in it, each with its own verdict. */
  readonly recursive: boolean;
  readonly signal: AbortSignal;
}

/**
 * Returns a verdict for the image, and with `recursive` for each image of an index, the index first. An unreachable registry and a missing
 * image are verdicts too; only an interruption and unusable options throw.
 */
export async function verify(repository: RepositoryReader, reference: Reference, options: VerifyOptions): Promise<readonly Verdict[]> {
  const elapsed = stopwatch();
  const verdicts = await decideAll(repository, reference, options);
  return recordVerdicts(verdicts, elapsed(), new Recording(options));
}

/** As `verify`, without a record. */
export async function decideAll(
  repository: RepositoryReader,
  reference: Reference,
  options: DecideAllOptions,
): Promise<readonly Verdict[]> {
  const { recursive, signal } = options;
  // A digest needs no resolving: its evidence and the image are requested at the same time.
  const { digest } = reference;
  const ahead = digest && look(repository, { repository: repository.name, digest }, options);
  ahead?.catch(() => undefined);
  try {
    const root = await resolve(repository, reference, signal);
    const subjects = recursive ? await resolveAll(repository, root, signal, isImage) : [root];
    return await mapBounded(subjects, engineLimits.concurrentImages, async (subject) => {
      const staged = await ((subject.digest === digest && ahead) || look(repository, subject, options));
      const verdict = await verdictOn(subject, staged.wanted, options);
      // Evidence that the listing labels otherwise is read before a signature is reported missing.
      const rest = verdict.decision === "allow" ? undefined : await staged.rest();
      return rest ? verdictOn(subject, rest, options) : verdict;
    });
  } catch (error) {
    return [unresolved(reference, error, await options.basis, options.at)];
  }
}

async function look(repository: RepositoryReader, subject: SubjectAddress, options: DecideAllOptions): Promise<StagedReading> {
  const { formats, given, sources, limits, wants = signatures, signal } = options;
  if (given) return { wanted: { locations: [given.location], evidence: [given.evidence], unread: [] }, rest: () => undefined };
  return collectStaged(repository, subject, { formats, wants, sources, limits, signal });
}

const signatures: Wants = { kinds: ["signature"] };

async function verdictOn(subject: ImageSubject, { locations, evidence, unread }: Collected, options: DecideAllOptions): Promise<Verdict> {
  const basis = await options.basis;
  const { formats, at, gather, findings: memory, signal } = options;
  const { reference, repository, digest, descriptor } = subject;
  const about = { reference, repository, digest, mediaType: descriptor.mediaType };
  const decideOptions = { basis, at, gather, signal };
  const wants = wantedFacts(about, decideOptions);
  const findings = await verifyAll(evidence, subject, { formats, trust: basis.trust, at, gather, wants, findings: memory, signal });
  return decide({ subject: about, locations, findings, unread }, decideOptions);
}

function unresolved(reference: Reference, thrown: unknown, { policy, trust }: PolicyAndTrust, at: Instant): Verdict {
  const { code, message, hint } = asTouchmarkError(thrown);
  if (code === "INTERRUPTED" || code === "INTERNAL" || code === "USAGE") throw thrown;
  const renewBy = embeddedRenewBy(trust);
  return {
    decision: code === "NO_SUCH_IMAGE" ? "deny" : "undecided",
    subject: { reference: formatReference(reference), repository: repositoryOf(reference) },
    policy: { name: policy.name, digest: policy.digest },
    trust: trust.digest,
    ...(renewBy !== undefined && { embeddedTrustRenewBy: renewBy }),
    unchecked: policy.unchecked,
    at,
    holds: { from: at, until: at },
    reason: { code, expected: "an image", found: message, remedy: hint },
    requirements: [],
    findings: [],
    unread: [],
  };
}
