/** Passes verdicts to the recorder; a failing recorder never loses a verdict. */
import { asTouchmarkError, TouchmarkError } from "../core/errors.ts";
import type { RecordedEvent, Recorder } from "../core/recorder.ts";
import type { Verdict } from "../core/verdict.ts";

export interface RecordOptions {
  readonly recorder: Recorder;
  readonly durationMs: number;
  readonly onRecordFailure?: ((failure: unknown, event: RecordedEvent) => void) | undefined;
}

/** Thrown with the verdicts that could not be recorded, if the caller gives no `onRecordFailure`. */
export class RecordFailed extends TouchmarkError {
  readonly verdicts: readonly Verdict[];

  constructor(verdicts: readonly Verdict[], cause: unknown) {
    const { code, message } = asTouchmarkError(cause);
    super(code, `the verdict could not be recorded: ${message}`, { cause });
    this.verdicts = verdicts;
  }
}

/** Records all verdicts, even if one fails. Throws RecordFailed for the first failure that no callback takes. */
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
