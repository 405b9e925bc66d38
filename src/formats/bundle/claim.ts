/** The claim of a bundle: a DSSE envelope holds its own statement, a message signature is over the image's manifest or the file. */
import { hasDigest, type Content } from "../../core/content.ts";
import { algorithmOf, hexOf, isDigest } from "../../core/digest.ts";
import type { DsseEnvelope } from "../../core/envelopes/dsse.ts";
import { TouchmarkError } from "../../core/errors.ts";
import type { Claim } from "../../core/evidence.ts";
import type { Check } from "../../core/finding.ts";
import type { SignedContent } from "../../core/signed-content.ts";
import type { Statement } from "../../core/statements/statement.ts";
import { reading, subjectCheck, type Reading } from "../checks.ts";
import type { BundleWithStatement } from "./read-bundle.ts";
import { readClaim } from "./sign-statement.ts";
import type { StatedDigest } from "./sigstore-bundle.ts";

export interface ClaimInBundle {
  /** Absent for a message signature that states a digest of no image or file. */
  readonly claim?: Claim;
  /** The signed statement of an attestation. */
  readonly statement?: Uint8Array;
  /** What the signature is over; absent for a message signature over other content, which is not available. */
  readonly content?: SignedContent;
  /** Whether the claim is about the content. */
  readonly subject: Check;
}

export function claimIn({ content }: BundleWithStatement, about: Content): Reading<ClaimInBundle> {
  if (content.kind === "message") return reading(() => claimOfMessage(content.stated, about));
  if ("problem" in content.statement) return content.statement;
  const statement = content.statement.value;
  return reading(() => claimOfStatement(content.envelope, statement, about));
}

function claimOfStatement({ payload, payloadType }: DsseEnvelope, statement: Statement, about: Content): ClaimInBundle {
  const { claim, namesSubject } = readClaim(statement, about);
  return {
    claim,
    ...(claim.kind === "attestation" && { statement: payload }),
    content: { kind: "envelope", payload, payloadType },
    subject: subjectCheck(namesSubject, claim, about),
  };
}

function claimOfMessage(stated: StatedDigest | undefined, about: Content): ClaimInBundle {
  const { digest, bytes } = about;
  if (stated && hasDigest(about, stated.algorithm, stated.hex) === false) {
    const other = `${stated.algorithm}:${stated.hex}`;
    const subject: Check = { name: "subject", outcome: "failed", code: "SUBJECT_MISMATCH", detail: `for ${other}, not for ${digest}` };
    return isDigest(other) ? { claim: { kind: "signature", subject: other, annotations: {} }, subject } : { subject };
  }
  if (!bytes && algorithmOf(digest) !== "sha256") throw new TouchmarkError("UNSUPPORTED", `${digest} is no SHA-256, which is needed`);
  const claim: Claim = { kind: "signature", subject: digest, annotations: {} };
  return {
    claim,
    content: bytes ? { kind: "message", message: bytes } : { kind: "digest", sha256: hexOf(digest) },
    subject: subjectCheck(true, claim, about),
  };
}
