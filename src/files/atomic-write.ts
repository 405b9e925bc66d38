/** A file that is there whole or not at all: written under another name beside its own, brought to the disk, then given its name. */
import { randomBytes } from "node:crypto";
import { link, open, rename, rm } from "node:fs/promises";
import { TouchmarkError } from "../core/errors.ts";
import { interruption, throwIfAborted } from "../core/async/interruption.ts";

export interface Draft extends AsyncDisposable {
  /** Gives it its name, or this one, by a link, which never replaces what is there. Throws FILE_EXISTS. */
  publish(name?: string): Promise<void>;
  /** Gives it its name in place of what has it. */
  replace(): Promise<void>;
}

export interface AtomicWriteOptions {
  /** The name it shall have. */
  readonly path: string;
  /** Whole, or in pieces. */
  readonly bytes: Uint8Array | Iterable<Uint8Array>;
  readonly mode: number;
  /** Ends the writing. */
  readonly signal?: AbortSignal;
}

/** What was not given its name is gone when it is disposed of. Throws FILE_NOT_FOUND where nothing can be written, and what the signal was aborted with. */
export async function writeAtomically({ path, bytes, mode, signal }: AtomicWriteOptions): Promise<Draft> {
  const draft = `${path}.${randomBytes(8).toString("hex")}.tmp`;
  const discard = (): Promise<void> => rm(draft, { force: true });
  try {
    await using file = await open(draft, "wx", mode);
    await file.writeFile(bytes, signal && { signal });
    await file.sync();
    if (signal) throwIfAborted(signal);
  } catch (error) {
    await discard();
    throw signal?.aborted ? interruption(signal) : cannotWrite(path, error);
  }
  return {
    publish: (name = path) => link(draft, name).catch((error: unknown) => Promise.reject(cannotWrite(name, error))),
    replace: () => rename(draft, path).catch((error: unknown) => Promise.reject(cannotWrite(path, error))),
    [Symbol.asyncDispose]: discard,
  };
}

export function fileExists(path: string, hint?: string): TouchmarkError {
  return new TouchmarkError("FILE_EXISTS", `${path} exists already`, hint === undefined ? {} : { hint });
}

function cannotWrite(path: string, cause: unknown): TouchmarkError {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown reason";
  if (code === "EEXIST") return fileExists(path);
  return new TouchmarkError("FILE_NOT_FOUND", `cannot write ${path}: ${code}`, {
    cause,
    hint: "Check that the folder exists, that this user may write there, and that there is room.",
  });
}
