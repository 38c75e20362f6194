/** What to do with a request whose signature is right. */
export type ReplayVerdict = "fresh" | "replayed" | "future-dated";

export type ReplayGuard = {
  /** `signature`: the `x-slack-signature` header; `timestamp`: seconds, from the header that was signed. */
  judge(signature: string, timestamp: number): ReplayVerdict;
  /** A delivery that was not acknowledged may come again: within one second Slack's retry has the same signature. */
  forget(signature: string): void;
};

const MINUTE = 60_000;

/**
 * Remembers valid signatures for ten minutes. Bolt refuses what is older than five minutes but accepts the same body
 * twice, and a timestamp from the future, which would outlive any memory of it.
 *
 * Only requests with a valid signature may be judged: otherwise anybody could fill the memory. It holds `capacity`
 * signatures at most (about 25 MB); past that the oldest go first, which by then are older than Bolt's five minutes
 * unless more than 600 requests arrive per second. A retry of Slack's carries a new timestamp, hence a new signature:
 * redeliveries are told apart by the intake key, not here. The memory is this process's own; a replay to another
 * replica meets the intake key too.
 */
export function createReplayGuard(options: { now: () => number; capacity?: number }): ReplayGuard {
  const capacity = options.capacity ?? 180_000;
  const seenAt = new Map<string, number>();

  function sweep(now: number): void {
    for (const [signature, at] of seenAt) {
      if (at > now - 10 * MINUTE && seenAt.size < capacity) return;
      seenAt.delete(signature);
    }
  }

  return {
    judge(signature, timestamp) {
      const now = options.now();
      if (timestamp * 1000 > now + MINUTE) return "future-dated";
      sweep(now);
      const key = digestOf(signature);
      if (seenAt.has(key)) return "replayed";
      seenAt.set(key, now);
      return "fresh";
    },
    forget(signature) {
      seenAt.delete(digestOf(signature));
    },
  };
}

/** Bolt compares what stands between the first and the second `=`: `v0=abc` and `v0=abc=x` are one signature. */
function digestOf(signature: string): string {
  return signature.split("=")[1] ?? "";
}
