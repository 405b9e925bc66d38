/** Reads small documents named on the command line: `PATH`, or `env://VAR` for the content of a variable. */
import { closeSync, openSync, readSync, statSync } from "node:fs";
import { throwIfAborted } from "../core/async/interruption.ts";
import { concat, encodeUtf8 } from "../core/bytes.ts";
import { TouchmarkError } from "../core/errors.ts";
import { openFileStream } from "./file-stream.ts";

export interface SourceOptions {
  readonly maxBytes: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal | undefined;
}

/** Reads the document. Throws FILE_NOT_FOUND, LIMIT_EXCEEDED past `maxBytes`, USAGE for another kind of reference. */
export async function readSource(reference: string, options: SourceOptions): Promise<Uint8Array> {
  if (/[\n\0]/.test(reference)) throw notAReference("a text of several lines is not a path"); // it may be a key: never quoted
  if (reference.startsWith("pkcs11:")) throw notAReference("a PKCS #11 URI is no file"); // it may contain the PIN: never quoted
  const [, scheme] = /^([a-z][a-z0-9+.-]*):\/\//.exec(reference) ?? [];
  if (scheme === undefined) return readPath(reference, options);
  if (scheme !== "env") throw notAReference(`${scheme}:// references are not understood here`);
  const name = reference.slice("env://".length);
  const value = Object.hasOwn(options.env, name) ? options.env[name] : undefined;
  if (value === undefined) {
    throw new TouchmarkError("FILE_NOT_FOUND", `${reference}: the variable is not set`, { hint: "Check its name and set it." });
  }
  const bytes = encodeUtf8(value);
  if (bytes.length > options.maxBytes) throw tooLarge(reference, options);
  return bytes;
}

/** Reads a file or a pipe by its path. Throws FILE_NOT_FOUND, whose cause is the system's error, and LIMIT_EXCEEDED. */
export async function readPath(path: string, options: Omit<SourceOptions, "env">): Promise<Uint8Array> {
  const { maxBytes, signal } = options;
  throwIfAborted(signal);
  try {
    const bytes = statSync(path).isFile() ? readUpTo(path, maxBytes + 1) : await readWhenThere(path, options);
    if (bytes.length > maxBytes) throw tooLarge(path, options);
    return bytes;
  } catch (error) {
    throwIfAborted(signal);
    throw cannotRead(path, error);
  }
}

/** Reads at most this many bytes from the beginning of a file. Synchronous: for a small local file that is faster than the thread pool. */
export function readUpTo(path: string, max: number, flags: string | number = "r"): Uint8Array {
  const file = openSync(path, flags);
  try {
    const buffer = Buffer.alloc(max);
    let size = 0;
    for (let read = 1; read > 0 && size < max; size += read) read = readSync(file, buffer, { offset: size });
    return buffer.subarray(0, size);
  } finally {
    closeSync(file);
  }
}

/** Reads a pipe as data arrives, until it has more than the bound. */
async function readWhenThere(path: string, { maxBytes, signal }: Omit<SourceOptions, "env">): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of openFileStream(path, { signal })) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > maxBytes) break;
  }
  return concat(chunks);
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  ENOTDIR: "there is no such file",
  EISDIR: "it is a folder",
  EACCES: "this user may not read it",
  EPERM: "this user may not read it",
};

/** Maps a read error to FILE_NOT_FOUND with its reason. */
export function cannotRead(path: string, error: unknown): unknown {
  if (!(error instanceof Error) || !("code" in error) || error instanceof TouchmarkError) return error;
  const code = String(error.code);
  return new TouchmarkError("FILE_NOT_FOUND", `cannot read ${path}: ${reasons[code] ?? code}`, { cause: error });
}

function notAReference(message: string): TouchmarkError {
  return new TouchmarkError("USAGE", message, { hint: "Give a path, or env://NAME for a variable." });
}

function tooLarge(reference: string, { maxBytes }: Pick<SourceOptions, "maxBytes">): TouchmarkError {
  return new TouchmarkError("LIMIT_EXCEEDED", `${reference} has more than the ${maxBytes} bytes it may have`, {
    hint: "Check that it names the right file.",
  });
}
