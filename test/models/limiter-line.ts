import { randomUUID } from "node:crypto";
import { Client } from "pg";
import { z } from "zod";
import type { Priority } from "#src/models/model-call";
import { createTestDatabase, type TestDatabase } from "#test/support/postgres";

export const LEASE = 15_000;

type Settings = { readonly maxInFlight: number; readonly perSecond: number; readonly workers: number };

/** A member that speaks when the test lets it, at a time that the test names. */
export type Teller = {
  readonly id: string;
  readonly settings: Settings;
  turns: number;
  /** What it names in its next word. */
  wanted: { readonly id: string; readonly priority: Priority; readonly calls: number }[];
};

/** Null: told that it is no member. `held`: in how many milliseconds each may start. */
export type Told = { readonly lookInMs: number | null; readonly held: Readonly<Record<string, number>> } | null;

const toldSchema = z.object({ lookInMs: z.number().nullable(), held: z.record(z.string(), z.number()) }).nullable();

export const teller = (settings: Partial<Settings> = {}): Teller => ({
  id: randomUUID(),
  settings: { maxInFlight: 1, perSecond: 1, workers: 10, ...settings },
  turns: 0,
  wanted: [],
});

/** Puts a call into a member's next word; returns its id. */
export function want(member: Teller, priority: Priority = "go-live", calls = 1): string {
  const id = randomUUID();
  member.wanted.push({ id, priority, calls });
  return id;
}

export function drop(member: Teller, id: string): void {
  member.wanted = member.wanted.filter((each) => each.id !== id);
}

/** The rules of migration 0005 at times of the test's own, in milliseconds. */
export type LimitBench = {
  readonly database: TestDatabase;
  readonly owner: Client;
  say(member: Teller, at: number, options?: { readonly join?: boolean; readonly turn?: number }): Promise<Told>;
  leave(member: Teller, at: number): Promise<void>;
  /** Every start that was given out and whose place is still held. */
  starts(): Promise<Map<string, number>>;
  clear(): Promise<void>;
  close(): Promise<void>;
};

const ZERO = Date.UTC(2026, 10, 23, 9);
const time = (at: number) => new Date(ZERO + at);

export async function openLimitBench(): Promise<LimitBench> {
  const database = await createTestDatabase();
  const owner = new Client({ connectionString: database.ownerUrl });
  await owner.connect();
  return {
    database,
    owner,
    async say(member, at, options = {}) {
      member.turns += 1;
      const { maxInFlight, perSecond, workers } = member.settings;
      const { rows } = await owner.query<{ told: unknown }>(
        "SELECT golive.model_limit_turn_at($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) AS told",
        [
          time(at),
          member.id,
          options.join ?? true,
          options.turn ?? member.turns,
          LEASE,
          maxInFlight,
          perSecond,
          workers,
          member.wanted.map(({ id }) => id),
          member.wanted.map(({ priority }) => priority),
          member.wanted.map(({ calls }) => calls),
        ],
      );
      return toldSchema.parse(rows[0]?.told);
    },
    async leave(member, at) {
      await owner.query("SELECT golive.model_limit_leave_at($1, $2)", [time(at), member.id]);
    },
    async starts() {
      const { rows } = await owner.query<{ id: string; start_at: Date }>(
        "SELECT id, start_at FROM golive.model_limit_request WHERE start_at IS NOT NULL ORDER BY start_at",
      );
      return new Map(rows.map((row) => [row.id, row.start_at.getTime() - ZERO]));
    },
    async clear() {
      await owner.query("DELETE FROM golive.model_limit_member");
      await owner.query("UPDATE golive.model_limit SET started_at = 'epoch', started_calls = 0, seen_at = 'epoch'");
    },
    async close() {
      await owner.end();
      await database.drop();
    },
  };
}
