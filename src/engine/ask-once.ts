import { factKey, type Facts, type GatherFacts } from "../core/facts/facts.ts";

/**
 * Asks for each thing once, however many findings need it: a stranger who copies a signature a thousand times has nobody asked a
 * thousand times, and no plugin run as often. May answer more than is asked. Throws what `gather` does.
 */
export function askOnce(gather: GatherFacts): GatherFacts {
  const asked = new Map<string, Promise<Facts>>();
  return async (questions, signal) => {
    const fresh = questions.filter((question) => !asked.has(factKey(question)));
    if (fresh.length > 0) {
      const answers = gather(fresh, signal);
      for (const question of fresh) asked.set(factKey(question), answers);
    }
    const answers = new Set(questions.flatMap((question) => asked.get(factKey(question)) ?? []));
    return new Map((await Promise.all(answers)).flatMap((facts) => [...facts]));
  };
}
