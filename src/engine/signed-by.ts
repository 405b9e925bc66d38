/** Who signed, and which logs hold it, as whoever asked for the signature is told. */
import { fromBase64, toHex } from "../core/bytes.ts";
import type { LogEntryJson } from "../core/seals.ts";
import type { Signed, SignedBy } from "../core/signer.ts";
import { parseCertificate } from "../core/x509/certificate.ts";
import { certificateIdentity } from "../core/x509/certificate-identity.ts";

export interface LoggedEntry {
  readonly index: number;
  /** The log's id, lower-case hex. */
  readonly log: string;
}

type SignedAndSealed = Pick<Signed, "by" | "seals">;

export function signedBy({ by, seals }: SignedAndSealed): SignedBy {
  if (!seals?.certificate) return { key: by.publicKey.fingerprint };
  const { subjectAlternativeName, issuer = "" } = certificateIdentity(parseCertificate(seals.certificate));
  return { identity: subjectAlternativeName, issuer };
}

export function entriesOf({ seals }: SignedAndSealed): readonly LoggedEntry[] {
  return (seals?.entries ?? []).map(loggedEntry);
}

export function loggedEntry({ logIndex, logId }: LogEntryJson): LoggedEntry {
  return { index: Number(logIndex), log: toHex(fromBase64(logId.keyId)) };
}
