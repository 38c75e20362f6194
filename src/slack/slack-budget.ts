import type { Pool } from "pg";

/** When the next call of one kind may leave, over all replicas: rows of `golive.slack_budget`, on the machine clock. */
export interface SlackBudget {
  /** Takes the slot if it is free now. Otherwise nothing is taken and the answer says when it will be (epoch ms). */
  take(name: string, gapMs: number): Promise<{ readonly taken: true } | { readonly taken: false; readonly at: number }>;
  /** Slack said when it listens again. */
  holdUntil(name: string, at: number): Promise<void>;
}

export function createSlackBudget(pool: Pool, now: () => number): SlackBudget {
  return {
    async take(name, gapMs) {
      const at = now();
      const taken = await pool.query(
        `INSERT INTO golive.slack_budget AS b (name, next_at) VALUES ($1, $3)
         ON CONFLICT (name) DO UPDATE SET next_at = $3 WHERE b.next_at <= $2`,
        [name, new Date(at), new Date(at + gapMs)],
      );
      if (taken.rowCount === 1) return { taken: true };
      const { rows } = await pool.query<{ next_at: Date }>("SELECT next_at FROM golive.slack_budget WHERE name = $1", [
        name,
      ]);
      return { taken: false, at: rows[0]?.next_at.getTime() ?? at };
    },
    async holdUntil(name, at) {
      await pool.query(
        `INSERT INTO golive.slack_budget AS b (name, next_at) VALUES ($1, $2)
         ON CONFLICT (name) DO UPDATE SET next_at = greatest(b.next_at, $2)`,
        [name, new Date(at)],
      );
    },
  };
}
