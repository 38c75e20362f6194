/** Callers with the same key share the call that is under way. Nothing is kept once it is over. */
export function coalesce<T>(work: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const running = new Map<string, Promise<T>>();
  return (key) => {
    const known = running.get(key);
    if (known !== undefined) return known;
    const started = work(key).finally(() => running.delete(key));
    running.set(key, started);
    return started;
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
