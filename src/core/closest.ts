/** Finds the candidate closest to a misspelt word, within a third of its length in edits; undefined if there is none. */
export function closest(word: string, candidates: readonly string[]): string | undefined {
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: editDistance(word.slice(0, 64), candidate) }))
    .filter(({ candidate, distance }) => distance <= Math.max(1, Math.floor(candidate.length / 3)))
    .toSorted((a, b) => a.distance - b.distance);
  return ranked[0]?.candidate;
}

/** The candidates, those closest to the word first. */
export function byCloseness(word: string, candidates: readonly string[]): readonly string[] {
  const ranked = candidates.map((candidate) => ({ candidate, distance: editDistance(word.slice(0, 64), candidate.slice(0, 128)) }));
  return ranked.toSorted((a, b) => a.distance - b.distance).map(({ candidate }) => candidate);
}

/** Levenshtein distance in which swapping two adjacent letters is one edit (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let before: readonly number[] = [];
  let row: readonly number[] = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      const replaced = (row[j] ?? 0) + (a[i] === b[j] ? 0 : 1);
      const swapped = j > 0 && i > 0 && a[i] === b[j - 1] && a[i - 1] === b[j] ? (before[j - 1] ?? 0) + 1 : Infinity;
      next.push(Math.min(replaced, swapped, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    [before, row] = [row, next];
  }
  return row[b.length] ?? 0;
}
