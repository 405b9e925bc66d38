/** Decodes a JSON string of base64, of any size: the payload of an envelope. */
import type { Sliced } from "../async/in-slices.ts";
import { malformed } from "../errors.ts";
import { stringPieces } from "../json/string-pieces.ts";

const quote = 0x22;
const charactersOfGroup = 4;
const bytesOfGroup = 3;

/** Decodes the JSON string, quotes included, as standard base64 with padding; as strict as `fromBase64`. Throws MALFORMED. */
export function* base64String(json: Uint8Array, what: string): Sliced<Uint8Array> {
  if (json[0] !== quote) throw malformed(`${what} is not a string`);
  const decoded = Buffer.alloc(Math.ceil((json.length - 2) / charactersOfGroup) * bytesOfGroup);
  let length = 0;
  let left = "";
  yield* stringPieces(json, what, (piece) => {
    if (length % bytesOfGroup !== 0) throw notBase64(what); // padding came before
    const text = left + piece;
    const whole = text.length - (text.length % charactersOfGroup);
    const groups = text.slice(0, whole);
    const written = decoded.write(groups, length, "base64");
    if (decoded.toString("base64", length, length + written) !== groups) throw notBase64(what);
    length += written;
    left = text.slice(whole);
  });
  if (left !== "") throw notBase64(what);
  return decoded.subarray(0, length);
}

function notBase64(what: string): Error {
  return malformed(`${what} is not base64`);
}
