import { coalesce } from "#src/slack/coalesce";

/** Answers by key, each good for `keptMs` or until it is forgotten. */
export type KeptAnswers<T> = {
  /** The kept answer, else a new one. */
  known(key: string): Promise<T>;
  /** A new answer, which is kept. Only calls that are under way are shared. */
  fresh(key: string): Promise<T>;
  /** Without a key: everything. An answer that is on its way was asked for before, and is not kept. */
  forget(key?: string): void;
};

/** More than a workspace's roles ever hold; beyond it everything is asked anew rather than growing for ever. */
const MOST = 2_000;

export function keepAnswers<T>(
  ask: (key: string) => Promise<T>,
  options: { readonly now: () => number; readonly shareMs: number; readonly keptMs: number },
): KeptAnswers<T> {
  const { now, keptMs } = options;
  const kept = new Map<string, { readonly answer: T; readonly until: number }>();
  let shared = coalesce(ask, options);

  async function fresh(key: string): Promise<T> {
    const asking = shared;
    const answer = await asking(key);
    if (asking !== shared) return answer;
    if (kept.size >= MOST) kept.clear();
    kept.set(key, { answer, until: now() + keptMs });
    return answer;
  }

  return {
    fresh,
    async known(key) {
      const found = kept.get(key);
      return found !== undefined && found.until > now() ? found.answer : fresh(key);
    },
    forget(key) {
      shared = coalesce(ask, options);
      if (key === undefined) kept.clear();
      else kept.delete(key);
    },
  };
}
