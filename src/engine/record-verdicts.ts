/** Hands verdicts to the recorder: a record that cannot be kept never loses a verdict. */
import { asTouchmarkError, TouchmarkError } from "../core/errors.ts";
import type { RecordedEvent, Recorder } from "../core/recorder.ts";
import type { Verdict } from "../core/verdict.ts";

export interface RecordOptions {
  readonly recorder: Recorder;
  readonly durationMs: number;
  readonly onRecordFailure?: ((failure: unknown, event: RecordedEvent) => void) | undefined;
}

/** Thrown in place of verdicts that were not recorded, by a caller who does not say what such a failure means. */
export class RecordFailed extends TouchmarkError {
  readonly verdicts: readonly Verdict[];

  constructor(verdicts: readonly Verdict[], cause: unknown) {
    const { code, message } = asTouchmarkError(cause);
    super(code, `the verdict could not be recorded: ${message}`, { cause });
    this.verdicts = verdicts;
  }
}

/** All of them, whatever becomes of one. Throws RecordFailed for the first failure that nobody takes. */
export async function recordVerdicts(verdicts: readonly Verdict[], options: RecordOptions): Promise<void> {
  const { recorder, durationMs, onRecordFailure } = options;
  const failures = await Promise.all(
    verdicts.map(async (verdict) => {
      const event: RecordedEvent = { kind: "decided", at: verdict.at, verdict, durationMs };
      try {
        await recorder.record(event);
        return [];
      } catch (failure) {
        if (!onRecordFailure) return [failure];
        onRecordFailure(failure, event);
        return [];
      }
    }),
  );
  const [first] = failures.flat();
  if (failures.flat().length > 0) throw new RecordFailed(verdicts, first);
}
