const MOST_IDS = 20;

/** The questions that get better and worse, those that move most first. `by`: how much better, below 0 worse. */
export function movedMost(all: readonly { readonly id: string; readonly by: number }[]) {
  const most = (sign: 1 | -1): readonly string[] =>
    all
      .filter(({ by }) => sign * by > 1e-9)
      .sort((a, b) => sign * (b.by - a.by) || (a.id < b.id ? -1 : 1))
      .slice(0, MOST_IDS)
      .map(({ id }) => id);
  return { better: most(1), worse: most(-1) };
}
