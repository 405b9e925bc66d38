/** PEM key files: small, and any fault throws INVALID_KEY. */
import { TouchmarkError } from "../core/errors.ts";
import { parsePem, type PemBlock } from "../core/asn1/pem.ts";
import { trustLimits } from "./limits.ts";

/** Reads the blocks of a key file; `name` is its name in messages. Throws INVALID_KEY. */
export function parseKeyPem(text: Uint8Array, name: string): readonly PemBlock[] {
  if (text.length > trustLimits.keyFileBytes) throw invalidKey(`${name} has ${text.length} bytes, too many for a key file`);
  return asInvalidKey(`${name} cannot be read as PEM`, () => parsePem(text, name));
}

export function isPrivate(block: PemBlock): boolean {
  return block.label.endsWith("PRIVATE KEY");
}

/** Describes blocks in messages: `a PUBLIC KEY block and a CERTIFICATE block`. */
export function describeBlocks(blocks: readonly PemBlock[]): string {
  return blocks.length === 0
    ? "no PEM block"
    : blocks
        .slice(0, 5)
        .map(({ label }) => `a ${label} block`)
        .join(" and ");
}

export function invalidKey(message: string, hint?: string): TouchmarkError {
  return new TouchmarkError("INVALID_KEY", message, hint === undefined ? {} : { hint });
}

/** Calls `parse` and wraps its error as the cause of an INVALID_KEY, with its message if it is a TouchmarkError. */
export function asInvalidKey<T>(message: string, parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    const reason = cause instanceof TouchmarkError ? `: ${cause.message}` : "";
    throw new TouchmarkError("INVALID_KEY", message + reason, { cause });
  }
}
