/** A bundle as evidence of an image or a file. */
import type { Content } from "../../core/content.ts";
import { digestOf } from "../../core/digest.ts";
import type { Evidence } from "../../core/evidence.ts";
import type { Check, Finding } from "../../core/finding.ts";
import type { Instant } from "../../core/instant.ts";
import { subjectContent, type Subject } from "../../core/subject.ts";
import type { Trust } from "../../trust/trust.ts";
import { describeHint } from "../../verification/key-signature.ts";
import { findingOf, type Reading } from "../checks.ts";
import type { StatedClaims } from "../format.ts";
import { claimIn } from "./claim.ts";
import type { PendingRecord } from "./pending-record.ts";
import { readWithStatement, type BundleReading, type BundleWithStatement } from "./read-bundle.ts";
import { verifyBundle } from "./verify-bundle.ts";

export interface BundleEvidence extends Evidence {
  readonly bundle: Reading<BundleWithStatement>;
  /** The record of a pending log upload, if there is one. */
  readonly pending?: Reading<PendingRecord>;
}

/** Never throws for the content of the bundle; throws the signal's abort reason. */
export async function readBundleEvidence(
  found: Omit<BundleEvidence, "bundle" | "signature">,
  bytes: Uint8Array,
  options: BundleReading,
): Promise<BundleEvidence> {
  const bundle = await readWithStatement(bytes, options);
  return { ...found, bundle, ...("value" in bundle && { signature: digestOf(bundle.value.signature) }) };
}

/** The claims of the bundle, unverified. */
export function bundleClaims({ bundle }: BundleEvidence, about: Content): StatedClaims {
  if ("problem" in bundle) return { claims: [] };
  const stated = claimIn(bundle.value, about);
  const { claim, statement } = "value" in stated ? stated.value : {};
  const { hint } = bundle.value;
  return {
    claims: claim ? [claim] : [],
    ...(statement && { statement }),
    ...(hint !== undefined && { hint: { names: "key", text: describeHint(hint) } }),
  };
}

const ofImage: Check = {
  name: "subject",
  outcome: "failed",
  code: "SUBJECT_MISMATCH",
  detail: "states that it signs an image, and a file is verified",
};

/** Never throws for the content of the bundle. A statement that signs an image is none of a file, even if that file is the image's manifest. */
export async function verifyBundleEvidence(evidence: BundleEvidence, about: Subject, trust: Trust, at: Instant): Promise<Finding> {
  if ("problem" in evidence.bundle) return findingOf(evidence, at, { checks: [evidence.bundle.problem] });
  const { value: bundle } = evidence.bundle;
  const isFile = about.kind === "file";
  const parsed = claimIn(bundle, subjectContent(about));
  if ("problem" in parsed) return findingOf(evidence, at, { checks: [parsed.problem] });
  const { claim, statement, content, subject } = parsed.value;
  const stated = { ...(claim && { claim }), statement };
  if (isFile && claim?.kind === "signature" && content?.kind === "envelope")
    return findingOf(evidence, at, { ...stated, checks: [ofImage] });
  if (content === undefined) return findingOf(evidence, at, { ...stated, checks: [subject] });
  const { checks, ...result } = await verifyBundle({ bundle, content, isPending: evidence.isPending === true, trust, at });
  return findingOf(evidence, at, { ...result, ...stated, hint: bundle.hint, checks: [...checks, subject] });
}
