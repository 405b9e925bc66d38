/** The inputs that are kept: those that reach code which no seed reaches, in `corpus/TARGET/` by their digest. */
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Bytes of one kept input, and of all that are kept of a target. */
export const keptBytes: Readonly<Record<"input" | "target", number>> = { input: 1024, target: 1536 };
export const corpusFolder: string = join(import.meta.dirname, "corpus");

export function nameOf(input: Uint8Array): string {
  return createHash("sha256").update(input).digest("hex").slice(0, 16);
}

/** Smallest first, which is the order of their worth. */
export function readInputs(folder: string): readonly Uint8Array[] {
  return namesIn(folder)
    .map((name): Uint8Array => readFileSync(join(folder, name)))
    .toSorted((a, b) => a.length - b.length || Buffer.compare(a, b));
}

/** Makes the folder hold these and no others. */
export function writeInputs(folder: string, inputs: readonly Uint8Array[]): void {
  const names = new Set(inputs.map(nameOf));
  for (const name of namesIn(folder)) if (!names.has(name)) rmSync(join(folder, name));
  for (const input of inputs) writeInput(folder, input);
}

/** Gives the path. */
export function writeInput(folder: string, input: Uint8Array): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, nameOf(input));
  writeFileSync(path, input);
  return path;
}

export function namesIn(folder: string): readonly string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries.flatMap((entry) => (entry.isFile() ? [entry.name] : [])).toSorted();
  } catch {
    return [];
  }
}
