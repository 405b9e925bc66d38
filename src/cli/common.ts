/** Flags that several commands share, and what they stand for. */
import { TouchmarkError } from "../core/errors.ts";
import type { Instant } from "../core/instant.ts";
import { usageError, type Arguments } from "./arguments.ts";
import type { Flag } from "./grammar.ts";
import type { Io } from "./io.ts";

export const outputFlag: Flag = { name: "output", short: "o", value: "text|json", summary: "How to print the result (text)" };
export const annotationsFlag = (summary: string): Flag => ({
  name: "annotations",
  short: "a",
  value: "KEY=VALUE",
  repeatable: true,
  summary,
});
export const recursiveFlag = (summary: string): Flag => ({ name: "recursive", short: "r", summary });
export const timeoutFlag: Flag = { name: "timeout", value: "DURATION", summary: "Time for everything, as 90s or 3m (3m)" };
export const registryFlags: readonly Flag[] = [
  { name: "allow-http-registry", summary: "Speak plain HTTP to registries (loopback needs no flag)" },
  { name: "registry-cacert", value: "FILE", summary: "Trust these certificate authorities of registries, beside the usual ones (PEM)" },
  { name: "registry-client-cert", value: "FILE", summary: "Show registries this certificate (PEM)" },
  { name: "registry-client-key", value: "FILE", summary: "Its private key (PEM)" },
  timeoutFlag,
];

export const trustedRootFlags: readonly Flag[] = [
  { name: "trusted-root", value: "FILE", repeatable: true, summary: "Trust this sigstore instance (trusted_root.json), and no other" },
  { name: "trusted-root-expiry", value: "refuse|warn", summary: "What becomes of a kept trust root that is past its time (refuse)" },
  { name: "offline", summary: "Open no connection but to the registry: trust roots are used as they are kept" },
];

/** The `-a KEY=VALUE` pairs. Throws as pairsOf. */
export function annotationsOf(args: Arguments): Readonly<Record<string, string>> {
  return pairsOf(args, "annotations", "an annotation");
}

/** What a flag says in pairs. Throws USAGE for one without `=`, or two values for one key; `what` names one in messages. */
export function pairsOf(args: Arguments, flag: string, what: string): Readonly<Record<string, string>> {
  const pairs = args.values(flag).map((text): [string, string] => {
    const equals = text.indexOf("=");
    if (equals < 1) throw usageError(`${what} is KEY=VALUE; found ${JSON.stringify(text)}`);
    return [text.slice(0, equals), text.slice(equals + 1)];
  });
  const record = Object.fromEntries(pairs);
  const twice = pairs.find(([key, value]) => record[key] !== value);
  if (twice) throw usageError(`${what}, ${twice[0]}, is given two values`);
  return record;
}

/** What a plugin of notation is told. Throws as pairsOf. */
export function pluginConfigOf(args: Arguments): Readonly<Record<string, string>> {
  return pairsOf(args, "plugin-config", "a plugin's setting");
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of a duration as Go writes it, and in days: `90s`, `3m`, `1h30m`, `90d`. */
export function parseDuration(text: string): number {
  if (!/^(?:\d{1,6}(?:\.\d{1,3})?(?:ms|s|m|h|d))+$/.test(text))
    throw usageError(`a duration is written as 90s, 3m or 1h30m; found ${JSON.stringify(text)}`);
  const parts = text.matchAll(/([\d.]+)(ms|s|m|h|d)/g);
  return [...parts].reduce((sum, [, amount, unit = ""]) => sum + Number(amount) * (units[unit] ?? 0), 0);
}

export interface Deadline extends Disposable {
  /** Aborted by an interruption, TIMEOUT once the time is up, and at the end, for whatever is under way that was not needed. */
  readonly signal: AbortSignal;
}

export function deadlineOf(args: Arguments, io: Io): Deadline {
  const text = args.value("timeout") ?? "3m";
  const timeout = new AbortController();
  const reason = new TouchmarkError("TIMEOUT", `not done within ${text}`);
  const timer = setTimeout(() => timeout.abort(reason), Math.min(parseDuration(text), 0x7fffffff));
  return {
    signal: AbortSignal.any([io.signal, timeout.signal]),
    [Symbol.dispose]() {
      clearTimeout(timer);
      timeout.abort(new TouchmarkError("INTERRUPTED", "nobody waits for this any more"));
    },
  };
}

/** Now, or SOURCE_DATE_EPOCH (seconds) where output must be reproducible. */
export function signingTime(io: Io): Instant {
  const epoch = io.env["SOURCE_DATE_EPOCH"];
  if (epoch === undefined) return io.now();
  if (!/^\d{1,11}$/.test(epoch)) throw usageError(`SOURCE_DATE_EPOCH is a number of seconds; found ${JSON.stringify(epoch)}`);
  return Number(epoch) * 1000;
}
