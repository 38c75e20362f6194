/**
 * The known words closest to what was typed, best first: at most a third of the letters wrong (one for short words),
 * or a beginning of the word.
 */
export function nearest(typed: string, known: readonly string[], most = 2): readonly string[] {
  const word = typed.toLowerCase();
  return known
    .map((candidate) => ({ candidate, distance: distanceTo(word, candidate.toLowerCase()) }))
    .filter(({ candidate, distance }) => distance <= Math.max(1, Math.floor(candidate.length / 3)))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, most)
    .map(({ candidate }) => candidate);
}

function distanceTo(word: string, candidate: string): number {
  if (word.length >= 3 && candidate.startsWith(word)) return 0.5;
  // Nobody's typing error is this long, and the table below is quadratic in what a stranger may type.
  if (word.length > candidate.length * 2 + 2) return Number.POSITIVE_INFINITY;
  return levenshtein(word, candidate);
}

/** Insertions, deletions and substitutions between two words; a swap of neighbours counts as one. */
export function levenshtein(a: string, b: string): number {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row.push(
        Math.min(
          at(above, j) + 1,
          at(row, j - 1) + 1,
          at(above, j - 1) + same,
          swapped ? at(before, j - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
    before = above;
    above = row;
  }
  return at(above, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
