/** One capability of a registry, and how it was found out. */
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
  /** The observation. */
  readonly detail: string;
}

/** Runs the probe; an error means an unknown result, with its reason. */
export async function probe(name: ProbeName, signal: AbortSignal, look: () => Promise<Omit<Probe, "name">>): Promise<Probe> {
  try {
    return { name, ...(await look()) };
  } catch (thrown) {
    throwIfAborted(signal);
    return { name, answer: "unknown", detail: asTouchmarkError(thrown).message };
  }
}
