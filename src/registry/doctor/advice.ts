/** Recommends a way of storing signatures for a registry with these capabilities. */
import type { ProbeAnswer, Probe, ProbeName } from "./probe.ts";

/** Whether evidence can be stored in one way: as a manifest that refers to the image, or under a tag that is rewritten. */
export interface Advice {
  readonly stores: "referrer" | "tag";
  readonly works: ProbeAnswer;
  readonly how: string;
}

export function adviceFrom(probes: readonly Probe[]): readonly Advice[] {
  const answerOf = (name: ProbeName): ProbeAnswer => probes.find((one) => one.name === name)?.answer ?? "unknown";
  const [push, referrers, artifacts, overwrite] = [
    answerOf("push"),
    answerOf("referrers"),
    answerOf("artifacts"),
    answerOf("tag overwrite"),
  ];
  if (push === "no") return (["referrer", "tag"] as const).map((stores) => ({ stores, works: "no", how: "nothing can be pushed" }));
  return [
    { stores: "referrer", ...asReferrer(referrers, artifacts, overwrite) },
    { stores: "tag", ...underTag(overwrite) },
  ];
}

function asReferrer(referrers: ProbeAnswer, artifacts: ProbeAnswer, overwrite: ProbeAnswer): Omit<Advice, "stores"> {
  if (artifacts === "no") return { works: "no", how: "the registry takes no manifest with a subject" };
  if (referrers === "yes") return { works: artifacts, how: "listed by the referrers API" };
  if (overwrite === "no") return { works: "no", how: "the fallback tag cannot be written a second time: one signature an image" };
  return { works: overwrite, how: "listed under the fallback tag sha256-DIGEST, which is rewritten for each signature" };
}

function underTag(overwrite: ProbeAnswer): Omit<Advice, "stores"> {
  if (overwrite === "no") return { works: "no", how: "the tag sha256-DIGEST.sig cannot be written a second time: one signature an image" };
  return { works: overwrite, how: "under the tag sha256-DIGEST.sig, which is rewritten for each signature" };
}
