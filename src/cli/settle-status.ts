/**
 * Sets the exit status of this process: it starts as 1 and changes only when the command returns its result. Otherwise Node would exit with
 * 0 when its event loop is empty, even while a promise is pending.
 */
import { catalogue, TouchmarkError } from "../core/errors.ts";
import type { Io } from "./io.ts";
import { renderError } from "./render/error.ts";

/** Runs the command. If the event loop becomes empty before it returns, reports that on stderr and leaves the status at 1. */
export async function settleStatus(command: () => Promise<number>, { stderr, env }: Pick<Io, "stderr" | "env">): Promise<void> {
  process.exitCode = catalogue.INTERNAL.exit;
  const complain = (): void => stderr.write(renderError(new TouchmarkError("INTERNAL", "the command ended without an answer"), env));
  process.once("beforeExit", complain);
  const status = await command();
  process.off("beforeExit", complain);
  process.exitCode = status;
}
