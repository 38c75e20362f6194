/** Time of this machine: timeouts and waits, which no scaled clock may touch. Milliseconds that never go back. */
export interface MachineClock {
  now(): number;
  /** Runs `due` after `ms`, unless the returned function is called before. */
  after(ms: number, due: () => void): () => void;
}

export const machineClock: MachineClock = {
  now: () => performance.now(),
  after: (ms, due) => {
    const timer = setTimeout(due, ms);
    return () => clearTimeout(timer);
  },
};

/** Resolves after `ms`; rejects with the signal's reason as soon as it is aborted. */
export function waitFor(clock: MachineClock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const leave = () => {
      stop();
      reject(signal.reason);
    };
    const stop = clock.after(ms, () => {
      signal.removeEventListener("abort", leave);
      resolve();
    });
    signal.addEventListener("abort", leave, { once: true });
  });
}
