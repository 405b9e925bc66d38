/**
 * PEM (RFC 7468): any number of blocks of labelled base64.
 *
 *     -----BEGIN LABEL-----
 *     BASE64, in lines of any length
 *     -----END LABEL-----
 *
 * As in OpenSSL and Go, text around blocks is skipped, and CRLF, blank lines and trailing spaces and tabs are
 * accepted. The content of a block is read strictly: RFC 1421 headers, text that is not base64, or a
 * missing end line throws, so that no block is skipped by mistake.
 */
import { trimEndBlanks } from "../ascii.ts";
import { fromBase64, toBase64 } from "../bytes.ts";
import { malformed } from "../errors.ts";

export interface PemBlock {
  /** The label, such as `PUBLIC KEY`. */
  readonly label: string;
  readonly bytes: Uint8Array;
}

const boundary = /^-----(BEGIN|END) ([\x21-\x2c\x2e-\x7e]+(?:[ -][\x21-\x2c\x2e-\x7e]+)*)-----$/;
const lineWidth = 64;

/** Reads the blocks of a text, in order; `what` names it in messages. The caller bounds its size. Throws MALFORMED. */
export function parsePem(text: Uint8Array, what: string): readonly PemBlock[] {
  const blocks: PemBlock[] = [];
  let open: { readonly label: string; readonly lines: string[] } | undefined;
  for (const untrimmed of Buffer.from(text)
    .toString("latin1")
    .split(/\r\n|\n|\r/)) {
    const line = trimEndBlanks(untrimmed);
    const [, edge, label = ""] = boundary.exec(line) ?? [];
    if (!open) {
      if (edge === "BEGIN") open = { label, lines: [] };
    } else if (edge === "END" && label === open.label) {
      blocks.push({ label, bytes: fromBase64(open.lines.join(""), `the ${label} block of ${what}`) });
      open = undefined;
    } else if (line.startsWith("-----")) {
      throw malformed(`the ${open.label} block of ${what} does not end before the next boundary`);
    } else if (line.includes(":")) {
      throw malformed(`the ${open.label} block of ${what} has headers (RFC 1421), which are not read`);
    } else {
      open.lines.push(line);
    }
  }
  if (open) throw malformed(`the ${open.label} block of ${what} has no end`);
  return blocks;
}

/** Encodes one block, in lines of 64 characters. */
export function encodePem(label: string, bytes: Uint8Array): string {
  const base64 = toBase64(bytes);
  const lines = [];
  for (let i = 0; i < base64.length; i += lineWidth) lines.push(base64.slice(i, i + lineWidth));
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}
