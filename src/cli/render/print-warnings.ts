/** Prints warnings to stderr. */
import type { Warning } from "../../core/warning.ts";
import type { Io } from "../io.ts";
import { warningLines } from "./text.ts";

/** Prints the warnings once they are known; a failure to determine them fails the command. */
export function printWarnings(warnings: Promise<readonly Warning[]>, { stderr }: Pick<Io, "stderr">): void {
  warnings.then(
    (found) => stderr.write(warningLines(found)),
    () => undefined,
  );
}
