/**
 * Callers with the same key share the call that is under way, if it began no more than `shareMs` ago: who comes later
 * must not get an answer from before, nor wait for a call that hangs. Nothing is kept once a call is over.
 */
export function coalesce<T>(
  work: (key: string) => Promise<T>,
  options: { readonly now: () => number; readonly shareMs: number },
): (key: string) => Promise<T> {
  const running = new Map<string, { readonly since: number; readonly result: Promise<T> }>();
  return (key) => {
    const since = options.now();
    const known = running.get(key);
    if (known !== undefined && since - known.since <= options.shareMs) return known.result;
    const result = work(key).finally(() => {
      if (running.get(key)?.result === result) running.delete(key);
    });
    running.set(key, { since, result });
    return result;
  };
}

/** While a key's work runs, any number of further calls are one more run after it, so that the last wish is served. */
export function latest(work: (key: string) => Promise<void>): (key: string) => Promise<void> {
  const wishes = new Map<string, { again: boolean }>();
  return async (key) => {
    const running = wishes.get(key);
    if (running !== undefined) {
      running.again = true;
      return;
    }
    const wish = { again: true };
    wishes.set(key, wish);
    try {
      while (wish.again) {
        wish.again = false;
        await work(key);
      }
    } finally {
      wishes.delete(key);
    }
  };
}
