/** What is done with the events of a verifier, a signer or a copy. */
import type { Recorder } from "../core/recorder.ts";
import type { RecordSettings } from "../engine/recording.ts";

export interface RecordingSettings {
  /** Called with each event: a verdict, a signature, a copy, an upload to a log, a change of the trust. */
  readonly recorder?: Recorder;
  /** Called if a record cannot be stored; without it, the operation throws RecordFailed, whose `result` is what was done. */
  readonly onRecordFailure?: RecordSettings["onRecordFailure"];
  /** Milliseconds that a record may take before it counts as failed (10 s). */
  readonly recordTime?: number;
}

/** For whom an operation is done. */
export interface Acting {
  /** The person or service account, which the events name. */
  readonly actor?: string;
}

export function recordSettings(
  { recorder = noRecorder, onRecordFailure, recordTime }: RecordingSettings,
  { actor }: Acting,
): RecordSettings {
  return { recorder, onRecordFailure, recordTime, actor };
}

const noRecorder: Recorder = { record: async () => undefined };
