/** The signer and the log entries of a signature, as reported to the caller. */
import { fromBase64, toHex } from "../core/bytes.ts";
import type { LogEntryJson } from "../core/verification-material.ts";
import type { MadeSignature, SignerName } from "../core/signer.ts";
import { parseCertificate } from "../core/x509/certificate.ts";
import { certificateIdentity } from "../core/x509/certificate-identity.ts";

export interface LogEntryReference {
  readonly index: number;
  /** The log's ID, lower-case hex. */
  readonly log: string;
}

type SignatureAndMaterial = Pick<MadeSignature, "by" | "material">;

export function signedBy({ by, material }: SignatureAndMaterial): SignerName {
  if (!material?.certificate) return { key: by.publicKey.fingerprint };
  const { subjectAlternativeName, issuer = "" } = certificateIdentity(parseCertificate(material.certificate));
  return { identity: subjectAlternativeName, issuer };
}

export function logEntriesOf({ material }: SignatureAndMaterial): readonly LogEntryReference[] {
  return (material?.entries ?? []).map(logEntryReference);
}

/** The index is the promise's, or else the proof's: neither covers another one. */
export function logEntryReference({ logIndex, logId, inclusionPromise, inclusionProof }: LogEntryJson): LogEntryReference {
  const index = inclusionPromise ? logIndex : (inclusionProof?.logIndex ?? logIndex);
  return { index: Number(index), log: toHex(fromBase64(logId.keyId)) };
}
