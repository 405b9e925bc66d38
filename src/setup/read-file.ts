/** Reads a file to sign or verify. */
import { open } from "node:fs/promises";
import { throwIfAborted } from "../core/async/interruption.ts";
import { readFileSubject, type FileReading, type FileSubject } from "../core/file-subject.ts";
import { cannotRead } from "../files/read-source.ts";
import { setupLimits } from "./limits.ts";

/** Throws FILE_NOT_FOUND. */
export async function readSubjectFile(path: string, reading: FileReading, signal: AbortSignal): Promise<FileSubject> {
  try {
    await using opened = await open(path);
    return await readFileSubject(path, opened.createReadStream({ highWaterMark: setupLimits.chunkBytes, signal }), reading);
  } catch (error) {
    throwIfAborted(signal);
    throw cannotRead(path, error);
  }
}
