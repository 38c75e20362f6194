/** What to do with a request whose signature is right. */
export type ReplayVerdict = "fresh" | "replayed" | "future-dated";

export type ReplayGuard = {
  /** `signature`: the `x-slack-signature` header; `timestamp`: seconds, from the header that was signed. */
  judge(signature: string, timestamp: number): ReplayVerdict;
  /** A request that was judged fresh is over. Not acknowledged: it may come again. */
  settle(signature: string, acknowledged: boolean): void;
};

const MINUTE = 60_000;

type Seen = { readonly at: number; underWay: number; acknowledged: boolean };

/**
 * Remembers acknowledged signatures for ten minutes. Bolt refuses what is older than five minutes but accepts the same
 * body twice, and a timestamp from the future, which would outlive any memory of it.
 *
 * A redelivery of Slack's has a signature of its own, unless it leaves in the same second: then the first one was not
 * acknowledged yet, and it passes. Redeliveries are told apart by the intake key, not here; so is a replay to another
 * replica, since the memory is this process's own.
 *
 * Only requests with a valid signature may be judged: otherwise anybody could fill the memory. It holds `capacity`
 * signatures at most (about 30 MB); past that the oldest go first, which by then are older than Bolt's five minutes
 * unless more than 600 requests arrive per second.
 */
export function createReplayGuard(options: { now: () => number; capacity?: number }): ReplayGuard {
  const capacity = options.capacity ?? 180_000;
  const seen = new Map<string, Seen>();

  function sweep(now: number): void {
    for (const [digest, { at }] of seen) {
      if (at > now - 10 * MINUTE && seen.size < capacity) return;
      seen.delete(digest);
    }
  }

  return {
    judge(signature, timestamp) {
      const now = options.now();
      if (timestamp * 1000 > now + MINUTE) return "future-dated";
      sweep(now);
      const digest = digestOf(signature);
      const known = seen.get(digest);
      if (known?.acknowledged) return "replayed";
      if (known === undefined) seen.set(digest, { at: now, underWay: 1, acknowledged: false });
      else known.underWay += 1;
      return "fresh";
    },
    settle(signature, acknowledged) {
      const digest = digestOf(signature);
      const known = seen.get(digest);
      if (known === undefined) return;
      known.underWay -= 1;
      if (acknowledged) known.acknowledged = true;
      if (!known.acknowledged && known.underWay === 0) seen.delete(digest);
    },
  };
}

/** Bolt compares what stands between the first and the second `=`: `v0=abc` and `v0=abc=x` are one signature. */
function digestOf(signature: string): string {
  return signature.split("=")[1] ?? "";
}
