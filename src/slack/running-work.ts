/** Work that goes on after its acknowledgement: Bolt's `stop()` doesn't wait for it, so this does. */
export type RunningWork = {
  track(work: Promise<void>): Promise<void>;
  /** Resolves when nothing runs any more, or after `ms`; false in the latter case. */
  idle(ms: number): Promise<boolean>;
};

export function createRunningWork(): RunningWork {
  const running = new Set<Promise<void>>();
  return {
    track(work) {
      running.add(work);
      return work.finally(() => running.delete(work));
    },
    async idle(ms) {
      const signal = AbortSignal.timeout(ms);
      const timeout = new Promise<"timeout">((resolve) => {
        signal.addEventListener("abort", () => resolve("timeout"), { once: true });
      });
      while (running.size > 0) {
        const done = await Promise.race([Promise.allSettled([...running]), timeout]);
        if (done === "timeout") return false;
      }
      return true;
    },
  };
}
