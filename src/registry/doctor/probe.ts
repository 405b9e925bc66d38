/** One thing a registry can or cannot do, and how that was found out. */
import { asTouchmarkError } from "../../core/errors.ts";
import { throwIfAborted } from "../../core/async/interruption.ts";

export type ProbeAnswer = "yes" | "no" | "unknown";

export type ProbeName =
  | "api"
  | "authentication"
  | "rate limit"
  | "pull"
  | "referrers"
  | "push"
  | "chunked upload"
  | "mount"
  | "range"
  | "artifacts"
  | "tag overwrite"
  | "delete";

export interface Probe {
  readonly name: ProbeName;
  readonly answer: ProbeAnswer;
  /** What was seen. */
  readonly detail: string;
}

/** The probe's finding; what goes wrong on the way is no answer, but says why there is none. */
export async function probe(name: ProbeName, signal: AbortSignal, look: () => Promise<Omit<Probe, "name">>): Promise<Probe> {
  try {
    return { name, ...(await look()) };
  } catch (thrown) {
    throwIfAborted(signal);
    return { name, answer: "unknown", detail: asTouchmarkError(thrown).message };
  }
}
