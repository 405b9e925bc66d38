/** Work done again and again in this process beside other work, in turns, by the time of the processor. */
import { generateKeyPairSync, sign, verify } from "node:crypto";
import { median } from "./measure.ts";

const rounds = 9;
const warmUp = 5;
const times = 200;

export type Work = () => unknown;

/** Kind of key, and bytes that are signed. */
export type BareSignature = readonly ["P-256" | "Ed25519", number];

/** Microseconds of the processor for one, round by round. */
export interface Comparison {
  readonly ours: readonly number[];
  readonly theirs: readonly number[];
}

/** In turns, after rounds that are not counted, in which code is compiled. */
export async function compare(ours: Work, theirs: Work): Promise<Comparison> {
  const measure = async (work: Work): Promise<number> => {
    const begun = process.cpuUsage();
    for (let i = 0; i < times; i++) await work();
    const { user, system } = process.cpuUsage(begun);
    return (user + system) / times;
  };
  const found: { readonly ours: number; readonly theirs: number }[] = [];
  for (let round = 0; round < warmUp + rounds; round++) found.push({ ours: await measure(ours), theirs: await measure(theirs) });
  const counted = found.slice(warmUp);
  return { ours: counted.map((one) => one.ours), theirs: counted.map((one) => one.theirs) };
}

export function row(what: string, spent: readonly number[]): readonly string[] {
  const middle = median(spent);
  return [what, `${middle.toFixed(0)} µs`, (1e6 / middle).toFixed(0)];
}

/** Our rate by theirs: the middle of the rounds' ratios. */
export function ratio({ ours, theirs }: Comparison): string {
  return median(theirs.map((their, i) => their / (ours[i] ?? Number.NaN))).toFixed(2);
}

/** Signatures that OpenSSL verifies through `node:crypto`, with keys that are ready. */
export function bare(kinds: readonly BareSignature[]): Work {
  const signatures = kinds.map(([kind, length]) => {
    const { publicKey, privateKey } =
      kind === "Ed25519" ? generateKeyPairSync("ed25519") : generateKeyPairSync("ec", { namedCurve: "P-256" });
    const [hash, message] = [kind === "Ed25519" ? null : "sha256", Buffer.alloc(length)];
    return { hash, message, key: publicKey, signature: sign(hash, message, privateKey) };
  });
  return () => {
    for (const { hash, message, key, signature } of signatures) {
      if (!verify(hash, message, key, signature)) throw new Error("a signature does not verify");
    }
  };
}
