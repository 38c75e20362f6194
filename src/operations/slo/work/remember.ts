/**
 * Answers by name, each kept for a while: what is expensive to look at isn't looked at every five minutes. Whoever asks while somebody looks waits
 * for the same answer; a failure is not kept.
 */
export function remember<T>(options: {
  /** Milliseconds that an answer is good for. */
  readonly forMs: number;
  readonly now: () => number;
  /** Whether an answer is worth keeping. */
  readonly keep: (answer: T) => boolean;
}): (name: string, look: () => Promise<T>) => Promise<T> {
  const known = new Map<string, { readonly until: number; readonly answer: Promise<T> }>();
  return (name, look) => {
    const kept = known.get(name);
    if (kept !== undefined && options.now() < kept.until) return kept.answer;
    const answer = look();
    known.set(name, { until: options.now() + options.forMs, answer });
    answer.then(
      (given) => options.keep(given) || known.delete(name),
      () => known.delete(name),
    );
    return answer;
  };
}
