/** The file operand of a command: `PATH`, `-` for stdin, or `sha256:HEX` if only the digest is available. */
import { throwIfAborted } from "../core/async/interruption.ts";
import { isDigest } from "../core/digest.ts";
import { readFileSubject, type FileReading, type FileSubject } from "../core/file-subject.ts";
import { cannotRead } from "../files/read-source.ts";
import { readSubjectFile } from "../setup/read-file.ts";
import type { Io } from "./io.ts";
import { usageError } from "./usage-error.ts";

/** Throws FILE_NOT_FOUND. */
export async function readFileOperand(operand: string, io: Io, reading: FileReading, signal: AbortSignal): Promise<FileSubject> {
  if (operand !== "-") return readSubjectFile(operand, reading, signal);
  try {
    return await readFileSubject(operand, io.stdin(signal), reading);
  } catch (error) {
    throwIfAborted(signal);
    throw cannotRead(operand, error);
  }
}

/** Also accepts a digest. Throws USAGE for an invalid one. */
export async function readFileOrDigest(operand: string, io: Io, reading: FileReading, signal: AbortSignal): Promise<FileSubject> {
  if (!operand.startsWith("sha256:")) return readFileOperand(operand, io, reading, signal);
  if (isDigest(operand)) return { kind: "file", reference: operand, digest: operand };
  throw usageError(
    `a digest is sha256: and 64 digits of lower-case hex; found ${JSON.stringify(operand.slice(0, 100))}`,
    `Write ./${operand.slice(0, 100)} if a file of that name is meant.`,
  );
}
