/** Passes events to the recorder. A recorder that fails or hangs never loses what was done: the caller's settings say what it means. */
import { asTouchmarkError, TouchmarkError } from "../core/errors.ts";
import type { RecordedEvent, Recorder } from "../core/recorder.ts";
import type { Verdict } from "../core/verdict.ts";
import { engineLimits } from "./limits.ts";

export interface RecordSettings {
  readonly recorder: Recorder;
  /** Called with a record that could not be kept; without it, the operation throws RecordFailed when it is done. */
  readonly onRecordFailure?: ((failure: unknown, event: RecordedEvent) => void) | undefined;
  /** Milliseconds that a record may take. */
  readonly recordTime?: number | undefined;
  /** The person or service account for whom the operation is done; each event names it. */
  readonly actor?: string | undefined;
}

/** Thrown after an operation whose record could not be kept, if the caller gives no `onRecordFailure`. */
export class RecordFailed<T = unknown> extends TouchmarkError {
  /** The result of the operation: verdicts, signatures, what was copied or uploaded. */
  readonly result: T;

  constructor(result: T, cause: unknown) {
    const { code, message } = asTouchmarkError(cause);
    super(code, `what was done could not be recorded: ${message}`, { cause });
    this.result = result;
  }
}

/** The records of one operation. */
export class Recording {
  readonly #settings: RecordSettings;
  readonly #records: Promise<void>[] = [];
  readonly #failures: unknown[] = [];

  constructor(settings: RecordSettings) {
    this.#settings = settings;
  }

  /** Begins to record and does not wait: a recorder that hangs delays the operation once, not with every event. Never throws. */
  keep(event: RecordedEvent): void {
    this.#records.push(this.#record(event));
  }

  /** Returns the result once all records have ended; throws RecordFailed with it if one failed and no callback took the failure. */
  async result<T>(result: T): Promise<T> {
    await Promise.all(this.#records);
    if (this.#failures.length > 0) throw new RecordFailed(result, this.#failures[0]);
    return result;
  }

  async #record(what: RecordedEvent): Promise<void> {
    const { recorder, onRecordFailure, recordTime = engineLimits.recordTime, actor } = this.#settings;
    const event = actor === undefined ? what : { ...what, actor };
    try {
      await withinTime(recorder.record(event), recordTime).catch((failure: unknown) => {
        if (!onRecordFailure) throw failure;
        onRecordFailure(failure, event);
      });
    } catch (failure) {
      this.#failures.push(failure); // that of the recorder, or of the callback
    }
  }
}

/** Records all verdicts, even if one fails. */
export async function recordVerdicts(verdicts: readonly Verdict[], durationMs: number, recording: Recording): Promise<readonly Verdict[]> {
  for (const verdict of verdicts) recording.keep({ kind: "decided", at: verdict.at, verdict, durationMs });
  return recording.result(verdicts);
}

async function withinTime(record: Promise<void>, time: number): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(new TouchmarkError("TIMEOUT", `the recorder did not answer within ${time / 1000} s`));
  }, time);
  try {
    await Promise.race([record, promise]);
  } finally {
    clearTimeout(timer);
  }
}
