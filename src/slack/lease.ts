/**
 * The text in `lease_by`: who holds a row, and since when a post may have left for Slack without an answer. It stays
 * in the row when the holder dies or an answer is lost, so that whoever comes next looks before posting again.
 */
export type Lease = { readonly holder: string; readonly since: number };

export function writeLease(lease: Lease): string {
  return `${lease.holder} since ${lease.since}`;
}

/**
 * How every lease of this holder begins. A holder works on one row at a time: a lease of its own that it meets was left
 * behind when the database went away. Over an update it need not wait for its end; a post might still be under way.
 */
export function ownLeases(holder: string): string {
  return `${holder} since `;
}

/** When the oldest unanswered attempt began (epoch ms); null when nothing is in doubt. */
export function doubtSince(leaseBy: string | null): number | null {
  if (leaseBy === null) return null;
  const since = Number(/ since (\d+)$/.exec(leaseBy)?.[1]);
  // A text that can't be read is still an attempt: look as far back as makes sense.
  return Number.isFinite(since) ? since : 0;
}

/** How long a row is held: longer than every call made under it together (look, post: 10 s each). */
export const LEASE_MS = 60_000;

/** A post takes 10 s at most, so one that leaves later than this could arrive after somebody else looked for it. */
const LAST_POST_MS = 30_000;

/** Throws when it is too late to post under a lease that ends at `until`: whoever holds the row next does it. */
export function assertTimeToPost(until: number, now: number): void {
  if (now > until - LAST_POST_MS) throw new Error("held too long to post safely; it is tried again");
}

/** 1 s, 2 s, 4 s … at most a minute. */
export function backoffMs(failures: number): number {
  return Math.min(60_000, 1000 * 2 ** Math.min(failures, 10));
}
