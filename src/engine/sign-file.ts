/** Signs a file; the signature is a file of its own. */
import { digestOf, type FileDigest } from "../core/digest.ts";
import type { SignatureClaim } from "../core/evidence.ts";
import type { FileSubject } from "../core/file-subject.ts";
import type { Recorder } from "../core/recorder.ts";
import type { SignerName, Signer } from "../core/signer.ts";
import type { FormatOfFiles, SignatureOptions } from "../formats/format.ts";
import { signChecked } from "./sign-checked.ts";
import { logEntriesOf, signedBy, type LogEntryReference } from "./signed-by.ts";

export interface SignFileOptions {
  readonly format: FormatOfFiles;
  readonly signer: Signer;
  readonly annotations: Readonly<Record<string, string>>;
  readonly signature: SignatureOptions;
  readonly recorder: Recorder;
  readonly signal: AbortSignal;
}

export interface FileSigned {
  /** The file's name as given. */
  readonly reference: string;
  readonly digest: FileDigest;
  readonly format: string;
  readonly by: SignerName;
  /** The transparency log entries of the signature. */
  readonly logged: readonly LogEntryReference[];
}

export interface SignedFile {
  readonly made: FileSigned;
  /** The bytes of the signature file; the caller writes it. */
  readonly evidence: Uint8Array;
}

/** Signs the file, which must have been read as the format's `readingFor` says. Throws what the format's `prepare` and the signer do. */
export async function signFile(file: FileSubject, options: SignFileOptions): Promise<SignedFile> {
  const { format, signer, annotations, signature, recorder, signal } = options;
  const { reference, digest } = file;
  const by = await signer.describe(signal);
  const claim: SignatureClaim = { kind: "signature", subject: digest, annotations };
  const toSign = await format.files.prepare({ file, claim, by, options: signature });
  const signed = await signChecked(toSign, { signer, by, claim, signal });
  const evidence = await format.files.assemble(toSign, file, signed);
  const made = { reference, format: format.name, by: signedBy(signed) };
  await recorder.record({ kind: "file-signed", at: signature.at, ...made, claim, evidence: digestOf(evidence) });
  return { made: { ...made, digest, logged: logEntriesOf(signed) }, evidence };
}
