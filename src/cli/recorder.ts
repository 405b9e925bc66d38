/** The recorder of the command line, which keeps no records yet. */
import type { Recorder } from "../core/recorder.ts";

export const noRecord: Recorder = { record: async () => undefined };
