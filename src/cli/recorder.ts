/** Until there is a ledger to write to, the command line keeps no record of what it did. */
import type { Recorder } from "../core/recorder.ts";

export const noRecord: Recorder = { record: async () => undefined };
