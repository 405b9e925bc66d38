/** Warnings on stderr. */
import type { Warning } from "../../core/warning.ts";
import type { Io } from "../io.ts";
import { warningLines } from "./text.ts";

/** As soon as they are there; where finding them out fails, the command fails with it. */
export function printWarnings(warnings: Promise<readonly Warning[]>, { stderr }: Pick<Io, "stderr">): void {
  warnings.then(
    (found) => stderr.write(warningLines(found)),
    () => undefined,
  );
}
