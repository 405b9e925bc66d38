/** A tar archive of one small file (POSIX.1-2017, pax, "ustar Interchange Format"): what a layer of an image needs. */
import { concat, encodeUtf8 } from "../../core/bytes.ts";

const block = 512;

export function tarOf(name: string, content: Uint8Array): Uint8Array {
  const header = Buffer.alloc(block);
  header.write(name, 0, 100);
  header.write("0000644\0", 100); // mode
  header.write("0000000\0", 108); // owner
  header.write("0000000\0", 116); // group
  header.write(`${content.length.toString(8).padStart(11, "0")}\0`, 124);
  header.write("00000000000\0", 136); // time of change
  header.write("        ", 148); // the checksum counts as blanks in itself
  header.write("0", 156); // a regular file
  header.write("ustar\u000000", 257);
  const checksum = header.reduce((sum, byte) => sum + byte, 0);
  header.write(`${checksum.toString(8).padStart(6, "0")}\0 `, 148);
  const padding = Buffer.alloc((block - (content.length % block)) % block);
  return concat([header, content, padding, encodeUtf8("\0".repeat(2 * block))]);
}
