/**
 * The exit status of this process, which has to be earned: it is 1 from the beginning and changes only when the command
 * returns its answer. Node ends a process whose event loop runs dry with 0, even while a promise is still awaited.
 */
import { catalogue, TouchmarkError } from "../core/errors.ts";
import type { Io } from "./io.ts";
import { renderError } from "./render/error.ts";

/** Runs the command. If the process runs out of work before it returns, says so on stderr and leaves the status at 1. */
export async function settleStatus(command: () => Promise<number>, { stderr, env }: Pick<Io, "stderr" | "env">): Promise<void> {
  process.exitCode = catalogue.INTERNAL.exit;
  const complain = (): void => stderr.write(renderError(new TouchmarkError("INTERNAL", "the command ended without an answer"), env));
  process.once("beforeExit", complain);
  const status = await command();
  process.off("beforeExit", complain);
  process.exitCode = status;
}
