/** Recommends a way of storing signatures for a registry with these capabilities. */
import type { ProbeAnswer, Probe, ProbeName } from "./probe.ts";

export interface Advice {
  readonly format: "bundle" | "cosign-legacy";
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
  if (push === "no") return (["bundle", "cosign-legacy"] as const).map((format) => ({ format, works: "no", how: "nothing can be pushed" }));
  return [bundle(referrers, artifacts, overwrite), cosign(overwrite)];
}

function bundle(referrers: ProbeAnswer, artifacts: ProbeAnswer, overwrite: ProbeAnswer): Advice {
  if (artifacts === "no") return { format: "bundle", works: "no", how: "the registry takes no manifest with a subject" };
  if (referrers === "yes") return { format: "bundle", works: artifacts, how: "listed by the referrers API" };
  if (overwrite === "no")
    return { format: "bundle", works: "no", how: "the fallback tag cannot be written a second time: one signature an image" };
  return { format: "bundle", works: overwrite, how: "listed under the fallback tag sha256-DIGEST, which is rewritten for each signature" };
}

function cosign(overwrite: ProbeAnswer): Advice {
  if (overwrite === "no")
    return {
      format: "cosign-legacy",
      works: "no",
      how: "the tag sha256-DIGEST.sig cannot be written a second time: one signature an image",
    };
  return { format: "cosign-legacy", works: overwrite, how: "under the tag sha256-DIGEST.sig, which is rewritten for each signature" };
}
