/** Signs a file; the signature is a file of its own. */
import { digestOf, type FileDigest } from "../core/digest.ts";
import { TouchmarkError } from "../core/errors.ts";
import type { SignatureClaim } from "../core/evidence.ts";
import type { FileSubject } from "../core/file-subject.ts";
import type { SignerName, Signer } from "../core/signer.ts";
import type { Format } from "../formats/format.ts";
import type { WriteOptions } from "../formats/writer.ts";
import { prepare } from "./prepare.ts";
import { Recording, type RecordSettings } from "./recording.ts";
import { logEntriesOf, signedBy, type LogEntryReference } from "./signed-by.ts";

export interface SignFileOptions extends RecordSettings {
  readonly format: Format;
  readonly signer: Signer;
  readonly annotations: Readonly<Record<string, string>>;
  readonly signature: WriteOptions;
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
  const { format, signer, annotations, signature, signal } = options;
  const { reference, digest } = file;
  const by = await signer.describe(signal);
  const claim: SignatureClaim = { kind: "signature", subject: digest, annotations };
  const make = await prepare(format, { signer, described: Promise.resolve(by) }, { claim, subject: file, options: signature });
  const { signed, artifact } = await make(signal);
  if (artifact.kind !== "file") throw new TouchmarkError("INTERNAL", `the format ${format.name} made no file`);
  const evidence = artifact.bytes;
  const made = { reference, format: format.name, by: signedBy(signed) };
  const recording = new Recording(options);
  recording.keep({ kind: "file-signed", at: signature.at, ...made, claim, evidence: digestOf(evidence) });
  return recording.result({ made: { ...made, digest, logged: logEntriesOf(signed) }, evidence });
}
