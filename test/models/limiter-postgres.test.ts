import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Pool } from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createPool } from "#src/journal/pool";
import type { ModelLimiter, ModelLimits } from "#src/models/limiter";
import { createModelLimiter } from "#src/models/limiter-postgres";
import { createSharedLimiter } from "#src/models/limiter-shared";
import { createLimitRows } from "#src/models/limiter-sql";
import { machineClock } from "#src/models/machine-clock";
import type { Priority } from "#src/models/model-call";
import { createTestDatabase, type TestDatabase } from "#test/support/postgres";

const FAST: ModelLimits = { maxInFlight: 1, perSecond: 1000, workers: 10 };
const CHILD = fileURLToPath(new URL("limiter-killed-child.ts", import.meta.url));
const never = new AbortController().signal;

let database: TestDatabase;
let closers: (() => Promise<unknown>)[];
beforeEach(async () => {
  database = await createTestDatabase();
  closers = [];
});
afterEach(async () => {
  for (const close of closers.toReversed()) await close();
  await database.drop();
});

/** With one connection: whoever held it while it waits would wait for ever. */
function openPool(max = 1): Pool {
  const pool = createPool({ url: database.appUrl, name: "test", max });
  closers.push(() => pool.end());
  return pool;
}

function open(limits: Partial<ModelLimits> = {}, options: { notified?: boolean; leaseMs?: number } = {}): ModelLimiter {
  const { notified = true, ...rest } = options;
  const listenUrl = notified ? database.appUrl : null;
  const limiter = createModelLimiter({ pool: openPool(), listenUrl, limits: { ...FAST, ...limits }, ...rest });
  closers.push(() => limiter.close());
  return limiter;
}

/** Takes a place and keeps it until told. */
async function hold(limiter: ModelLimiter, priority: Priority = "go-live"): Promise<() => Promise<void>> {
  const { promise: taken, resolve: take } = Promise.withResolvers<void>();
  const { promise, resolve } = Promise.withResolvers<void>();
  const ran = limiter.run({ priority, signal: never }, () => {
    take();
    return promise;
  });
  await Promise.race([taken, ran]);
  return async () => {
    resolve();
    await ran;
  };
}

/** Until so many wait, by the database. Each look is a statement: nothing is guessed. */
async function untilWaiting(limiter: ModelLimiter, count: number): Promise<void> {
  for (;;) {
    const { waiting } = await limiter.state();
    if (Object.values(waiting).reduce((sum, each) => sum + each, 0) === count) return;
  }
}

describe.each([
  { what: "with notifications", notified: true },
  { what: "when notifications are lost", notified: false },
])("$what", ({ notified }) => {
  it("the calls of several processes are never more at once than allowed, and all get done", async () => {
    const limiters = [1, 2, 3].map(() => open({ maxInFlight: 2, perSecond: 500 }, { notified }));
    let inFlight = 0;
    const seen: number[] = [];
    const work = async () => {
      inFlight += 1;
      seen.push(inFlight);
      await new Promise((resolve) => setImmediate(resolve));
      inFlight -= 1;
    };
    await Promise.all(
      limiters.flatMap((limiter) =>
        Array.from({ length: 15 }, () => limiter.run({ priority: "nightly", signal: never }, work)),
      ),
    );
    expect(seen.length).toBe(45);
    expect(Math.max(...seen)).toBeLessThanOrEqual(2);
  });

  it("the best request gets the next place, in whichever process it waits", async () => {
    const [a, b] = [open({}, { notified }), open({}, { notified })];
    const release = await hold(a);
    const order: string[] = [];
    const note = (priority: Priority) => async () => void order.push(priority);
    const waits: Promise<void>[] = [];
    const enter = async (limiter: ModelLimiter, priority: Priority) => {
      waits.push(limiter.run({ priority, signal: never }, note(priority)));
      await untilWaiting(a, waits.length);
    };
    await enter(a, "weekly");
    await enter(b, "nightly");
    await enter(a, "go-live");
    await enter(b, "rollback-smoke");
    await release();
    await Promise.all(waits);
    expect(order).toEqual(["rollback-smoke", "go-live", "nightly", "weekly"]);
  });
});

it("a call whose answer was lost on the way is counted once", async () => {
  const pool = openPool();
  const rows = createLimitRows(pool, 5_000);
  let lost = 0;
  const limiter = createSharedLimiter({
    rows: {
      ...rows,
      async turn(word) {
        const answer = await rows.turn(word);
        if (lost < 3) {
          lost += 1;
          throw Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });
        }
        return answer;
      },
    },
    // One call in 1000 s: a second one would show.
    limits: { ...FAST, perSecond: 0.001 },
    leaseMs: 10_000,
    clock: machineClock,
    openBell: null,
    onError: () => undefined,
  });
  closers.push(() => limiter.close());
  const before = (await limiter.state()).now;
  expect(await limiter.run({ priority: "go-live", signal: never }, async () => "done")).toBe("done");
  const { nextAt, now } = await limiter.state();
  expect(lost).toBe(3);
  expect(nextAt).toBeGreaterThanOrEqual(before + 1_000_000);
  expect(nextAt).toBeLessThanOrEqual(now + 1_000_000);
});

it("what a process held and waited for when it was killed with -9 comes back with its lease", async () => {
  const leaseMs = 2_000;
  const child = spawn(process.execPath, [CHILD, database.appUrl, String(leaseMs)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const said = createInterface(child.stdout)[Symbol.asyncIterator]();
    expect((await said.next()).value).toBe("holds");
  } finally {
    child.kill("SIGKILL");
  }
  const pool = openPool();
  const dead = await pool.query<{ until: Date }>("SELECT lease_until AS until FROM golive.model_limit_member");
  await open({}, { leaseMs }).run({ priority: "weekly", signal: never }, async () => undefined);
  const { rows } = await pool.query<{ at: Date }>("SELECT started_at AS at FROM golive.model_limit");
  expect(dead.rows.length).toBe(1);
  expect(rows[0]?.at.getTime()).toBeGreaterThanOrEqual(dead.rows[0]?.until.getTime() ?? Number.NaN);
});

it("work whose row somebody removed is aborted with the next word, and can't give back what it no longer has", async () => {
  const limiter = open({}, { leaseMs: 1_000 });
  const aborted = Promise.withResolvers<unknown>();
  const ran = limiter.run({ priority: "go-live", signal: never }, async (signal) => {
    signal.addEventListener("abort", () => aborted.resolve(signal.reason), { once: true });
    await removeMembers();
    await aborted.promise;
  });
  await expect(ran).rejects.toMatchObject({ name: "LimiterError", code: "lease-lost" });
  const other = await hold(open());
  expect((await limiter.state()).inFlight).toBe(1);
  await other();
});

/** As a restored backup, or an administrator, would. */
async function removeMembers(): Promise<void> {
  const owner = createPool({ url: database.ownerUrl, name: "test", max: 1 });
  await owner.query("DELETE FROM golive.model_limit_member");
  await owner.end();
}

it("the state says what is in force, who waits, and that the replicas are configured differently", async () => {
  const [a, b] = [open({ maxInFlight: 2, perSecond: 4 }), open({ maxInFlight: 1, perSecond: 0.5 })];
  expect(await a.state()).toMatchObject({ maxInFlight: 2, perSecond: 4, inFlight: 0, configured: [] });
  const release = await hold(b);
  const waits = new AbortController();
  const waiting = a.run({ priority: "nightly", signal: waits.signal }, async () => undefined);
  await untilWaiting(a, 1);
  const state = await a.state();
  expect(state).toMatchObject({
    maxInFlight: 1,
    perSecond: 0.5,
    inFlight: 1,
    waiting: { "rollback-smoke": 0, "canary-probe": 0, "go-live": 0, nightly: 1, weekly: 0 },
    configured: [
      { maxInFlight: 1, perSecond: 0.5, processes: 1 },
      { maxInFlight: 2, perSecond: 4, processes: 1 },
    ],
  });
  expect(await b.state()).toMatchObject({ maxInFlight: 1, perSecond: 0.5 });
  waits.abort();
  await expect(waiting).rejects.toBe(waits.signal.reason);
  await release();
});

it("a process that closes is gone from the rows, with its settings", async () => {
  const [a, b] = [open({ maxInFlight: 1 }), open({ maxInFlight: 3 })];
  await (await hold(a))();
  expect((await b.state()).maxInFlight).toBe(1);
  await a.close();
  expect(await b.state()).toMatchObject({ maxInFlight: 3, configured: [] });
});

it("a database that isn't migrated refuses at once, in words that say what to do", async () => {
  const owner = createPool({ url: database.ownerUrl, name: "test", max: 1 });
  await owner.query("ALTER FUNCTION golive.model_limit_turn RENAME TO model_limit_turn_of_later");
  await owner.end();
  await expect(open().run({ priority: "go-live", signal: never }, async () => undefined)).rejects.toThrow(
    /No model call may start.*golive migrate/,
  );
});
