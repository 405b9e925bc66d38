/** Verify: from a reference to one verdict for each image it names. */
import { mapBounded } from "../core/async/map-bounded.ts";
import { asTouchmarkError } from "../core/errors.ts";
import type { GatherFacts } from "../core/facts/facts.ts";
import type { Instant } from "../core/instant.ts";
import type { Recorder } from "../core/recorder.ts";
import { formatReference, repositoryOf, type Reference } from "../core/oci/reference.ts";
import type { Repository } from "../core/repository.ts";
import type { Subject, SubjectAddress } from "../core/subject.ts";
import type { Verdict } from "../core/verdict.ts";
import type { Format } from "../formats/format.ts";
import type { PolicyAndTrust } from "../policy/compile.ts";
import { collect, type Collected } from "./collect.ts";
import { decide, wantedFacts } from "./decide.ts";
import type { DetachedSignature } from "./detached-signature.ts";
import { resolve, resolveAll } from "./resolve.ts";
import { verifyAll } from "./verify-all.ts";

export interface VerifyOptions {
  readonly formats: readonly Format[];
  /** A promise of it lets the first requests go out while keys are read; its failure is thrown. */
  readonly basis: PolicyAndTrust | Promise<PolicyAndTrust>;
  /** Evidence in a file: nothing else is looked for. */
  readonly given?: DetachedSignature;
  readonly at: Instant;
  /** Asks what a finding needs to be decided: whether certificates were revoked. */
  readonly gather?: GatherFacts | undefined;
  readonly recorder: Recorder;
  /** An index and every image in it, each with a verdict of its own. */
  readonly recursive: boolean;
  readonly signal: AbortSignal;
}

/**
 * A verdict for the image, and with `recursive` for each image of an index, the index first. A registry that
 * cannot be reached, or has no such image, is a verdict too; only an interruption and options that cannot be used throw.
 */
export async function verify(repository: Repository, reference: Reference, options: VerifyOptions): Promise<readonly Verdict[]> {
  const verdicts = await decideAll(repository, reference, options);
  for (const verdict of verdicts) {
    await options.recorder.record({ kind: "decided", verdict });
  }
  return verdicts;
}

async function decideAll(repository: Repository, reference: Reference, options: VerifyOptions): Promise<readonly Verdict[]> {
  const { recursive, signal } = options;
  // A digest needs no resolving: what hangs on it is looked for beside the image itself.
  const { digest } = reference;
  const ahead = digest && look(repository, { repository: repository.name, digest }, options);
  ahead?.catch(() => undefined);
  try {
    const root = await resolve(repository, reference, signal);
    const subjects = recursive ? await resolveAll(repository, root, signal) : [root];
    return await mapBounded(subjects, 8, async (subject) => {
      const collected = await ((subject.digest === digest && ahead) || look(repository, subject, options));
      return verdictOn(subject, collected, options);
    });
  } catch (error) {
    return [unresolved(reference, error, await options.basis, options.at)];
  }
}

async function look(repository: Repository, subject: SubjectAddress, { formats, given, signal }: VerifyOptions): Promise<Collected> {
  return given
    ? { locations: [given.location], evidence: [given.evidence], unread: [] }
    : collect(repository, subject, { formats, kind: "signature", signal });
}

async function verdictOn(subject: Subject, { locations, evidence, unread }: Collected, options: VerifyOptions): Promise<Verdict> {
  const basis = await options.basis;
  const { formats, at, gather, signal } = options;
  const { reference, repository, digest, descriptor } = subject;
  const about = { reference, repository, digest, mediaType: descriptor.mediaType };
  const decideOptions = { basis, at, gather, signal };
  const wants = wantedFacts(about, decideOptions);
  const findings = await verifyAll(evidence, subject, { formats, trust: basis.trust, at, gather, wants, signal });
  return decide({ subject: about, locations, findings, unread }, decideOptions);
}

function unresolved(reference: Reference, thrown: unknown, { policy, trust }: PolicyAndTrust, at: Instant): Verdict {
  const { code, message, hint } = asTouchmarkError(thrown);
  if (code === "INTERRUPTED" || code === "INTERNAL" || code === "USAGE") throw thrown;
  return {
    decision: code === "NO_SUCH_IMAGE" ? "deny" : "undecided",
    subject: { reference: formatReference(reference), repository: repositoryOf(reference) },
    policy: { name: policy.name, digest: policy.digest },
    trust: trust.digest,
    unchecked: policy.unchecked,
    at,
    holds: { from: at, until: at },
    reason: { code, expected: "an image", found: message, remedy: hint },
    requirements: [],
    findings: [],
    unread: [],
  };
}
