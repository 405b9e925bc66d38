/** Reads what was just written from storage whose replicas follow: a replica may not have it yet. */
import { pause } from "./pause.ts";

export interface Patience {
  /** Milliseconds of the first pause; each further one is twice as long. */
  readonly first: number;
  /** Reads at most. */
  readonly reads: number;
}

/** Reads until there is something; undefined if there is nothing after all reads. */
export async function eventually<T>(
  read: () => Promise<T | undefined>,
  { first, reads }: Patience,
  signal: AbortSignal,
): Promise<T | undefined> {
  for (let i = 1; ; i++) {
    const found = await read();
    if (found !== undefined || i >= reads) return found;
    await pause(first * 2 ** (i - 1), signal);
  }
}
