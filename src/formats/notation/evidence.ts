/** An envelope as evidence. What only verifying one needs is loaded when there is one. */
import type { Evidence } from "../../core/evidence.ts";
import type { Finding } from "../../core/finding.ts";
import { findingOf, type Reading } from "../checks.ts";
import type { EnvelopeType } from "./envelope-types.ts";
import type { NotationVerification } from "./verify-signature.ts";

export interface NotationEvidence extends Evidence {
  readonly content: Reading<Content>;
}

interface Content {
  readonly type: EnvelopeType;
  readonly bytes: Uint8Array;
}

/** To look up a module that is loaded takes longer than to read an envelope. */
let verifying: Promise<[typeof import("./envelope-kinds.ts"), typeof import("./verify-signature.ts")]> | undefined;

/** Never throws for what the evidence holds. */
export async function verifyNotationEvidence(evidence: NotationEvidence, asked: NotationVerification): Promise<Finding> {
  if ("problem" in evidence.content) return findingOf(evidence, { checks: [evidence.content.problem] });
  const { type, bytes } = evidence.content.value;
  verifying ??= Promise.all([import("./envelope-kinds.ts"), import("./verify-signature.ts")]);
  const [{ envelopeKinds }, { verifyNotationSignature }] = await verifying;
  return verifyNotationSignature(evidence, { kind: envelopeKinds[type], bytes }, asked);
}
