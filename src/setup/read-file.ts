/** Reads a file to sign or verify. */
import { throwIfAborted } from "../core/async/interruption.ts";
import { readFileSubject, type FileReading, type FileSubject } from "../core/file-subject.ts";
import { openFileStream } from "../files/file-stream.ts";
import { cannotRead } from "../files/read-source.ts";
import { setupLimits } from "./limits.ts";

/** Throws FILE_NOT_FOUND. */
export async function readSubjectFile(path: string, reading: FileReading, signal: AbortSignal): Promise<FileSubject> {
  try {
    const stream = openFileStream(path, { highWaterMark: setupLimits.chunkBytes, signal });
    return await readFileSubject(path, stream, reading);
  } catch (error) {
    throwIfAborted(signal);
    throw cannotRead(path, error);
  }
}
