/** Small documents that a person names on the command line: `PATH`, or `env://VAR` for what is in a variable. */
import { closeSync, createReadStream, openSync, readSync, statSync } from "node:fs";
import { throwIfAborted } from "../core/async/interruption.ts";
import { concat, encodeUtf8 } from "../core/bytes.ts";
import { TouchmarkError } from "../core/errors.ts";

export interface SourceOptions {
  readonly maxBytes: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal | undefined;
}

/** Reads it whole. Throws FILE_NOT_FOUND, LIMIT_EXCEEDED past `maxBytes`, USAGE for a reference of another kind. */
export async function readSource(reference: string, options: SourceOptions): Promise<Uint8Array> {
  if (/[\n\0]/.test(reference)) throw notAReference("a text of several lines is no path"); // a key itself, perhaps: not to be repeated
  if (reference.startsWith("pkcs11:")) throw notAReference("a PKCS #11 URI is no file"); // the PIN, perhaps: not to be repeated
  const [, scheme] = /^([a-z][a-z0-9+.-]*):\/\//.exec(reference) ?? [];
  if (scheme === undefined) return readFile(reference, options);
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

async function readFile(path: string, options: SourceOptions): Promise<Uint8Array> {
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

/** At most so many bytes of a file, from its beginning. It is small and at hand: to ask another thread for it would take longer. */
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

/** What comes out of a pipe comes when it comes. Up to one byte more than it may have. */
async function readWhenThere(path: string, { maxBytes, signal }: SourceOptions): Promise<Uint8Array> {
  return concat(await createReadStream(path, { end: maxBytes, ...(signal && { signal }) }).toArray());
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  ENOTDIR: "there is no such file",
  EISDIR: "it is a folder",
  EACCES: "this user may not read it",
  EPERM: "this user may not read it",
};

/** What it means that a file could not be read: FILE_NOT_FOUND, and why. */
export function cannotRead(path: string, error: unknown): unknown {
  if (!(error instanceof Error) || !("code" in error) || error instanceof TouchmarkError) return error;
  const code = String(error.code);
  return new TouchmarkError("FILE_NOT_FOUND", `cannot read ${path}: ${reasons[code] ?? code}`, { cause: error });
}

function notAReference(message: string): TouchmarkError {
  return new TouchmarkError("USAGE", message, { hint: "Give a path, or env://NAME for a variable." });
}

function tooLarge(reference: string, { maxBytes }: SourceOptions): TouchmarkError {
  return new TouchmarkError("LIMIT_EXCEEDED", `${reference} has more than the ${maxBytes} bytes it may have`, {
    hint: "Check that it names the right file.",
  });
}
