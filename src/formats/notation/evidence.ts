/** An envelope as evidence. */
import type { Claim, Evidence } from "../../core/evidence.ts";
import type { Finding } from "../../core/finding.ts";
import { findingOf, reading, type Reading } from "../checks.ts";
import type { StatedClaims } from "../format.ts";
import type { EnvelopeType } from "./envelope-types.ts";
import { parseEnvelope } from "./envelope.ts";
import { parseNotaryPayload } from "./payload.ts";
import { envelopeKinds } from "./envelope-kinds.ts";
import { verifyNotationSignature, type NotationVerification } from "./verify-signature.ts";

export interface NotationEvidence extends Evidence {
  readonly content: Reading<Content>;
}

interface Content {
  readonly type: EnvelopeType;
  readonly bytes: Uint8Array;
}

/** The claims of the envelope, unverified. */
export function notationClaims({ content }: NotationEvidence): StatedClaims {
  if ("problem" in content) return { claims: [] };
  const { type, bytes } = content.value;
  const envelope = reading(() => parseEnvelope(envelopeKinds[type], bytes));
  if ("problem" in envelope) return { claims: [] };
  const target = reading(() => parseNotaryPayload(envelope.value.payload));
  const claims: readonly Claim[] =
    "value" in target ? [{ kind: "signature", subject: target.value.digest, annotations: target.value.annotations ?? {} }] : [];
  return { claims, hint: { names: "certificate", text: envelope.value.chain[0].subject.text } };
}

/** Never throws for the content of the evidence. */
export async function verifyNotationEvidence(evidence: NotationEvidence, asked: NotationVerification): Promise<Finding> {
  if ("problem" in evidence.content) return findingOf(evidence, asked.at, { checks: [evidence.content.problem] });
  const { type, bytes } = evidence.content.value;
  return verifyNotationSignature(evidence, { kind: envelopeKinds[type], bytes }, asked);
}
