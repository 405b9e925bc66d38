import { factKey, type Facts, type GatherFacts } from "../core/facts/facts.ts";

/**
 * Gathers each fact once, however many findings need it: a thousand copies of one signature cause one request, and one run of a plugin.
 * The answer may hold more facts than were requested. Throws what `gather` does.
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
