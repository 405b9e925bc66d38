/** Sign a file: a signature that is a file of its own. */
import { digestOf, type Digest } from "../core/digest.ts";
import { TouchmarkError } from "../core/errors.ts";
import type { SignatureClaim } from "../core/evidence.ts";
import { maxWholeBytes, type FileSubject } from "../core/file-subject.ts";
import { verifies } from "../core/public-key.ts";
import type { Recorder } from "../core/recorder.ts";
import type { Signer } from "../core/signer.ts";
import type { FormatOfFiles } from "../formats/format.ts";

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
  /** Fingerprint of the key. */
  readonly key: string;
  /** The file that holds the signature; whoever asked writes it. */
  readonly evidence: Uint8Array;
}

/** Throws LIMIT_EXCEEDED for a file that is too large to be held: signers get the whole message. */
export async function signFile(file: FileSubject, { format, signer, recorder, signal }: SignFileOptions): Promise<FileSigned> {
  const { reference, digest, bytes } = file;
  if (!bytes) {
    throw new TouchmarkError("LIMIT_EXCEEDED", `${reference} has more than the ${maxWholeBytes / 1024 ** 2} MiB that can be signed`, {
      hint: "Sign its checksum in its place: sha256sum FILE > SHA256SUMS.",
    });
  }
  const claim: SignatureClaim = { kind: "signature", subject: digest, annotations: {} };
  const signed = await signer.sign({ bytes, content: { kind: "message", message: bytes }, claim }, signal);
  const { publicKey } = signed.by;
  const key = publicKey.fingerprint;
  if (!(await verifies(publicKey, bytes, signed.signature))) {
    throw new TouchmarkError("INVALID_KEY", `what the key sha256:${key} signs does not verify with its own public half`);
  }
  const evidence = format.files.assemble(file, signed);
  await recorder.record({ kind: "file-signed", reference, claim, format: format.name, key, evidence: digestOf(evidence) });
  return { reference, digest, format: format.name, key, evidence };
}
