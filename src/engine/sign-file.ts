/** Sign a file: a signature that is a file of its own. */
import { digestOf, type Digest } from "../core/digest.ts";
import { TouchmarkError } from "../core/errors.ts";
import type { SignatureClaim } from "../core/evidence.ts";
import { maxWholeBytes, type FileSubject } from "../core/file-subject.ts";
import { verifies } from "../core/public-key.ts";
import type { Recorder } from "../core/recorder.ts";
import type { SignedBy, Signer } from "../core/signer.ts";
import type { FormatOfFiles } from "../formats/format.ts";
import { entriesOf, signedBy, type LoggedEntry } from "./signed-by.ts";

export interface SignFileOptions {
  readonly format: FormatOfFiles;
  readonly signer: Signer;
  readonly recorder: Recorder;
  readonly signal: AbortSignal;
}

export interface FileSigned {
  /** The file's name, as it was given. */
  readonly reference: string;
  readonly digest: Digest;
  readonly format: string;
  readonly by: SignedBy;
  /** Where logs hold it. */
  readonly logged: readonly LoggedEntry[];
}

export interface SignedFile {
  readonly made: FileSigned;
  /** The file that holds the signature; whoever asked writes it. */
  readonly evidence: Uint8Array;
}

/** Throws LIMIT_EXCEEDED for a file that is too large to be held: signers get the whole message. */
export async function signFile(file: FileSubject, { format, signer, recorder, signal }: SignFileOptions): Promise<SignedFile> {
  const { reference, digest, bytes } = file;
  if (!bytes) {
    throw new TouchmarkError("LIMIT_EXCEEDED", `${reference} has more than the ${maxWholeBytes / 1024 ** 2} MiB that can be signed`, {
      hint: "Sign its checksum in its place: sha256sum FILE > SHA256SUMS.",
    });
  }
  const claim: SignatureClaim = { kind: "signature", subject: digest, annotations: {} };
  const signed = await signer.sign({ bytes, content: { kind: "message", message: bytes }, claim }, signal);
  const { publicKey } = signed.by;
  if (!(await verifies(publicKey, bytes, signed.signature))) {
    throw new TouchmarkError("INVALID_KEY", `what the key sha256:${publicKey.fingerprint} signs does not verify with its own public half`);
  }
  const evidence = format.files.assemble(file, signed);
  const made = { reference, format: format.name, by: signedBy(signed) };
  await recorder.record({ kind: "file-signed", ...made, claim, evidence: digestOf(evidence) });
  return { made: { ...made, digest, logged: entriesOf(signed) }, evidence };
}
