/** The PEM files that keys come in: small, and every fault in one is an INVALID_KEY. */
import { TouchmarkError } from "../core/errors.ts";
import { parsePem, type PemBlock } from "../core/asn1/pem.ts";
import { trustLimits } from "./limits.ts";

/** The blocks of a key file; `name` is what a person calls it. Throws INVALID_KEY. */
export function parseKeyPem(text: Uint8Array, name: string): readonly PemBlock[] {
  if (text.length > trustLimits.keyFileBytes) throw invalidKey(`${name} has ${text.length} bytes, too many for a key file`);
  return asInvalidKey(`${name} cannot be read as PEM`, () => parsePem(text, name));
}

export function isPrivate(block: PemBlock): boolean {
  return block.label.endsWith("PRIVATE KEY");
}

/** `a PUBLIC KEY block and a CERTIFICATE block`; for messages. */
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

/** What `parse` gives; what it throws becomes the cause of an INVALID_KEY, and, if it is one of our own errors, its reason. */
export function asInvalidKey<T>(message: string, parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    const reason = cause instanceof TouchmarkError ? `: ${cause.message}` : "";
    throw new TouchmarkError("INVALID_KEY", message + reason, { cause });
  }
}
