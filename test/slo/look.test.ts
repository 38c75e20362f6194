import { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { EvaluatedRun, EvaluatedTrial } from "#src/evaluation/compare/evaluated-run";
import type { RunRecord } from "#src/evaluation/run/run-record";
import { createJournal } from "#src/journal/create-journal";
import { createLog } from "#src/log";
import { keptBody } from "#src/observations/kept-body";
import { storeObservations } from "#src/observations/store-observations";
import { sloStream } from "#src/operations/slo/events";
import { notLooked } from "#src/operations/slo/work/findings";
import { createSlos, type Slos, type SlosDeps } from "#src/operations/slo/work/slos";
import { newestWeek } from "#src/operations/slo/work/week-thread";
import { serviceStream } from "#src/release/events";
import { createDecideIntent } from "#src/release/use-cases/decide-intent";
import { withSlos } from "#src/slack/render-slos";
import { gold } from "#test/evaluation-run/records";
import { ines, members, omar, policy as rights } from "#test/release/world";
import { HOUR, policyOf, SLOT } from "#test/slo/world";
import { createTestDatabase, type TestDatabase } from "#test/support/postgres";

const NOW = Math.floor(Date.now() / HOUR) * HOUR;
const CHANNEL = "C0RELEASE";
const LIVE = { run: "B", config: "c2" };

let database: TestDatabase;
let pool: Pool;
let owner: Pool;
let now = NOW;
beforeAll(async () => {
  database = await createTestDatabase();
  pool = new Pool({ connectionString: database.appUrl, max: 8 });
  owner = new Pool({ connectionString: database.ownerUrl });
});
afterAll(async () => {
  await Promise.all([pool.end(), owner.end()]);
  await database.drop();
});

let services = 0;
function freshService(): string {
  now = NOW;
  return `docs-${services++}`;
}
const journalOver = (over: Pool) => createJournal({ pool: over, jobs: { send: async () => undefined } });

/** A copy of the bot, as far as it looks at SLOs. */
function replica(over: Pool = pool, changes: Partial<SlosDeps> & { readonly slos?: object } = {}): Slos {
  const { slos = {}, ...rest } = changes;
  const policy = policyOf(slos);
  return createSlos({
    pool: over,
    journal: journalOver(over),
    now: () => now,
    log: createLog({ level: "silent", secrets: [] }),
    pairsOf: async () => null,
    run: async () => null,
    evaluated: async () => {
      throw new Error("nothing was evaluated");
    },
    manifestOf: async () => null,
    wasLive: async () => true,
    service: () => ({ policy, channel: CHANNEL }),
    looked: async () => ({
      live: LIVE,
      deploys: { all: 0, without: 0 },
      devSet: notLooked("–"),
      fewShotLeakage: notLooked("–"),
      auditTrail: notLooked("–"),
    }),
    onCall: async () => [omar],
    week: (service) => newestWeek(over, service, now),
    ...rest,
  });
}

/** `n` requests within the hour that ends at `until`, of which every fifth failed. */
async function outage(service: string, n = 600, until = NOW, every = 5): Promise<void> {
  const rows = Array.from({ length: n }, (_, index) => {
    const at = until - HOUR + ((index + 0.5) / n) * HOUR;
    const line = {
      at: new Date(at).toISOString(),
      arm: "canary" as const,
      trace_id: `${until}-${index}`,
      latency_s: 1,
    };
    const kept = keptBody({ ...line, ...(index % every === 0 ? { error: true } : {}) });
    if (!("body" in kept)) throw new Error(kept.refusal.sentence);
    return { service, at, arm: line.arm, traceId: line.trace_id, body: kept.body };
  });
  await storeObservations(pool, rows);
}

const facts = async (stream: string) =>
  (await journalOver(pool).load(stream)).map(({ event }) => (event.type === "slo-burning" ? event : event.type));
const types = async (service: string) =>
  (await facts(sloStream(service))).map((each) => (typeof each === "string" ? each : each.type));
async function rows(table: string, service: string): Promise<Record<string, unknown>[]> {
  return (await owner.query(`SELECT * FROM golive.${table} WHERE service = $1`, [service])).rows;
}

describe("a look at a service's SLOs", () => {
  it("comes to one alert over three replicas at once, with one message, and to none again within five minutes", async () => {
    const service = freshService();
    await outage(service);
    await Promise.all([replica(), replica(), replica()].map((each) => each.look(service)));
    let asked = 0;
    const onCall = async () => {
      asked++;
      return [omar];
    };
    await replica(pool, { onCall }).look(service);
    expect(asked).toBe(0);
    now = NOW + SLOT;
    await replica(pool, { onCall }).look(service);
    expect(asked).toBe(1);
    now = NOW;
    expect(await facts(sloStream(service))).toMatchObject([
      { type: "slo-burning", burn: { slo: "answered", severity: "page", longRate: 40 }, onCall: [{ id: omar.id }] },
    ]);
    expect(await rows("slack_message", service)).toMatchObject([{ subject: `sb_${service}/1`, wanted: "1" }]);
    const painted = withSlos(
      replica(),
      async () => null,
      () => now,
    );
    expect(await painted(`sb_${service}/1`, true)).toMatchObject({
      channel: CHANNEL,
      text: expect.stringMatching(/^🛑 Requests answered: the error budget burns 40× .* in docs-/),
    });
    expect(JSON.stringify(await painted(`sb_${service}/1`, true))).toMatch(
      /U-OMAR: somebody has to look\..*120 of 600 in the last 1 h are bad\./,
    );
    expect(await painted(`sb_${service}/2`, true)).toBeNull();
    expect(await painted("rel_1", true)).toBeNull();
    const report = await replica().useCases.readSlos(service);
    expect(report).toMatchObject({ burning: [{ slo: "answered", severity: "page", since: NOW }] });
  });

  it("that is killed at any word to the database is made up for by the next one, and nothing is said or counted twice", async () => {
    const service = freshService();
    await outage(service);
    for (let dies = 1; dies < 60; dies++) {
      let words = 0;
      const dying = dyingPool(() => ++words === dies);
      const done = await replica(dying)
        .look(service)
        .catch(() => "killed" as const);
      if (done !== "killed" && words < dies) break;
    }
    await replica().look(service);
    expect(await types(service)).toEqual(["slo-burning"]);
    const [answered] = (await replica().useCases.readSlos(service)).slos.filter(({ id }) => id === "answered");
    expect(answered).toMatchObject({ events: 600, bad: 120 });
    expect(await rows("slack_message", service)).toHaveLength(1);
  });

  it("edits the alert's message when it is calm again, and says nothing more", async () => {
    const service = freshService();
    await outage(service);
    await replica().look(service);
    for (let hours = 1; hours <= 8; hours++) {
      now = NOW + hours * HOUR;
      await outage(service, 600, now, 1_000);
      await replica().look(service);
    }
    const all = await types(service);
    expect(all.slice(0, 2)).toEqual(["slo-burning", "slo-calm"]);
    const [message] = await rows("slack_message", service);
    expect(message).toMatchObject({ subject: `sb_${service}/1`, wanted: "2" });
  });

  it("tells a ticket in the thread of the week's message where there is one, and in one of its own where there is none", async () => {
    const [week, service] = [new Date(NOW), freshService()];
    const slos = { alerts: { pages_for: [] } };
    await outage(service);
    const subject = `wk_${service}~${isoWeekOf(week)}`;
    await owner.query("INSERT INTO golive.slack_message (subject, service, channel, ts) VALUES ($1, $2, 'C1', '1.2')", [
      subject,
      service,
    ]);
    await replica(pool, { slos }).look(service);
    expect(await rows("outbox", service)).toMatchObject([
      { key: `slo/${service}/1/slo-ticket`, target: { kind: "thread", subject }, note: { kind: "slo-ticket" } },
    ]);
    const other = freshService();
    await outage(other);
    await replica(pool, { slos }).look(other);
    expect(await rows("outbox", other)).toEqual([]);
    expect(await rows("slack_message", other)).toMatchObject([{ subject: `sb_${other}/1` }]);
  });

  it("locks the next go-live for a spent budget, once; /golive unlock opens it, and it stays open", async () => {
    const service = freshService();
    const locking = () => replica(pool, { slos: { lock_when_spent: true } });
    for (let hour = 0; hour < 26; hour++) await outage(service, 40, NOW - hour * HOUR, 3);
    await Promise.all([locking().look(service), locking().look(service)]);
    expect(await types(service)).toEqual(expect.arrayContaining(["slo-spent", "slo-locked"]));
    expect(await facts(serviceStream(service))).toEqual(["service-locked"]);
    expect(await rows("outbox", service)).toMatchObject([{ note: { kind: "slo-spent", lock: "locked" } }]);

    const decide = createDecideIntent({ journal: journalOver(pool), clock: { now: () => now } });
    const unlock = (rootCause: string) =>
      decide(service, null, null, {
        type: "unlock",
        actor: ines,
        members,
        policy: rights,
        reason: "mended",
        rootCause,
      });
    expect(await unlock("short")).toMatchObject({ ok: false });
    expect(await unlock("The pool of connections held one: it holds twenty now.")).toMatchObject({ ok: true });
    now = NOW + SLOT;
    await locking().look(service);
    expect(await facts(serviceStream(service))).toEqual(["service-locked", "service-unlocked"]);
  });

  it("counts each ended evaluation once: its questions, its hard timeouts, and whether it shows how it was made", async () => {
    const service = freshService();
    const run = evaluated(service, 80);
    await owner.query(
      `INSERT INTO golive.evaluation_run (id, service, plan, body, state, started_at, ended_at)
       VALUES ($1, $2, $3, '{}', 'finished', now() - interval '2 hours', to_timestamp($4::float8 / 1000))`,
      [run.record.id, service, "c".repeat(64), NOW - HOUR],
    );
    const deps = { run: async () => run.record, evaluated: async () => ({ run, unread: null }) };
    await Promise.all([replica(pool, deps).rollUp(service), replica(pool, deps).rollUp(service)]);
    await replica(pool, deps).rollUp(service);
    expect(await rows("slo_evaluation", service)).toMatchObject([
      { asked: 80, hard_timeouts: 1, unshown: 2, counted: true },
    ]);
    const { slos } = await replica().useCases.readSlos(service);
    const byId = new Map(slos.map((slo) => [slo.id, slo]));
    // 72 of 80; the one that was cut off answers nothing.
    expect(byId.get("oracle_prefilter")).toMatchObject({ standing: "pass", events: 80, value: "90 %" });
    expect(byId.get("hard_timeouts")).toMatchObject({ standing: "fail", events: 80, bad: 1 });
    expect(byId.get("prompt_audit")).toMatchObject({
      standing: "fail",
      says: expect.stringMatching(/1 evaluations have no manifest/),
    });
  });

  it("goes on past an evaluation that can't be read, and says that it isn't counted until it is", async () => {
    const service = freshService();
    const runs = [0, 1, 2, 3, 4, 5].map((index) => {
      const run = evaluated(service, 60, index > 0);
      return { ...run, record: { ...run.record, id: `ev_${service}_${index}` } };
    });
    for (const [index, { record }] of runs.entries()) {
      await owner.query(
        `INSERT INTO golive.evaluation_run (id, service, plan, body, state, started_at, ended_at)
         VALUES ($1, $2, $3, '{}', 'finished', now() - interval '2 hours', to_timestamp($4::float8 / 1000))`,
        [record.id, service, "e".repeat(64), NOW - HOUR + index],
      );
    }
    const readable = { run: async (id: string) => runs.find(({ record }) => record.id === id)?.record ?? null };
    const evaluatedBy = (broken: readonly number[]) => async (record: RunRecord) => {
      const index = runs.findIndex(({ record: { id } }) => id === record.id);
      const run = runs[index];
      if (run === undefined || broken.includes(index)) throw new Error("results are of another shape");
      return { run, unread: null };
    };
    // The oldest four, as many as a look counts.
    const broken = replica(pool, { ...readable, evaluated: evaluatedBy([0, 1, 2, 3]) });
    await broken.rollUp(service);
    const standings = async () =>
      (await broken.useCases.readSlos(service)).slos
        .filter(({ id }) => id === "hard_timeouts" || id === "prompt_audit")
        .map(({ standing, says }) => [standing, says.slice(0, 60)]);
    expect(await rows("slo_evaluation", service)).toHaveLength(2);
    expect((await standings())[0]).toEqual(["inconclusive", "4 evaluations could not be counted; the log says why."]);
    await replica(pool, { ...readable, evaluated: evaluatedBy([0]) }).rollUp(service);
    expect((await standings())[0]).toEqual(["inconclusive", "1 evaluation could not be counted; the log says why."]);
    await replica(pool, { ...readable, evaluated: evaluatedBy([]) }).rollUp(service);
    // The last one holds what was cut off.
    expect((await standings())[0]).toEqual(["fail", "1 of 360 questions of evaluations and probes were cut off."]);
  });

  it("counts what was cut off in an evaluation of a candidate, and says whose it was", async () => {
    const service = freshService();
    const run = evaluated(service, 60);
    await owner.query(
      `INSERT INTO golive.evaluation_run (id, service, plan, body, state, started_at, ended_at)
       VALUES ($1, $2, $3, '{}', 'finished', now() - interval '2 hours', to_timestamp($4::float8 / 1000))`,
      [run.record.id, service, "f".repeat(64), NOW - HOUR],
    );
    const deps = {
      run: async () => run.record,
      evaluated: async () => ({ run, unread: null }),
      wasLive: async () => false,
    };
    await replica(pool, deps).rollUp(service);
    const { slos } = await replica().useCases.readSlos(service);
    expect(slos.find(({ id }) => id === "hard_timeouts")).toMatchObject({
      standing: "fail",
      says: "1 of 60 questions of evaluations and probes were cut off, 1 of them of pairs that never went live.",
    });
  });

  it("waits for documents that can't be read, and for a day only", async () => {
    const service = freshService();
    const run = evaluated(service, 60);
    await owner.query(
      `INSERT INTO golive.evaluation_run (id, service, plan, body, state, started_at, ended_at)
       VALUES ($1, $2, $3, '{}', 'finished', now() - interval '2 hours', to_timestamp($4::float8 / 1000))`,
      [run.record.id, service, "d".repeat(64), NOW - HOUR],
    );
    const deps = { run: async () => run.record, evaluated: async () => ({ run, unread: "The RAG store is away." }) };
    await replica(pool, deps).rollUp(service);
    expect(await rows("slo_evaluation", service)).toEqual([]);
    now = NOW + 25 * HOUR;
    await replica(pool, deps).rollUp(service);
    expect(await rows("slo_evaluation", service)).toHaveLength(1);
  });
});

function isoWeekOf(date: Date): string {
  const thursday = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()));
  thursday.setUTCDate(thursday.getUTCDate() + 4 - (thursday.getUTCDay() || 7));
  const first = Date.UTC(thursday.getUTCFullYear(), 0, 1);
  const week = Math.ceil(((thursday.getTime() - first) / 86_400_000 + 1) / 7);
  return `${thursday.getUTCFullYear()}-W${String(week).padStart(2, "0")}`;
}

/** An evaluation of what is live: every tenth question without its evidence, the first cut off, two without a prompt audit. */
function evaluated(service: string, n: number, whole = false): EvaluatedRun {
  const isCut = (index: number) => index === 0 && !whole;
  const trial = (index: number): EvaluatedTrial => ({
    place: index,
    outcome: isCut(index) ? "failed" : "graded",
    reason: isCut(index) ? { code: "timeout", sentence: "It took too long." } : null,
    values: isCut(index) ? {} : { oracle_retrieval_hit_prefilter: index % 10 === 0 ? 0 : 1, reader_used_gold: 1 },
    snapshot: null,
    request: { seconds: 1, failed: isCut(index) },
    unshown: !whole && (index === 5 || index === 6) ? ["temperature"] : [],
  });
  return {
    record: {
      id: `ev_${service}`,
      endedAt: NOW - HOUR,
      plan: { service, pair: LIVE, manifest: null },
    } as unknown as RunRecord,
    cases: Array.from({ length: n }, (_, index) => ({
      gold: gold(`q-${index}`),
      labelled: true,
      trials: [trial(index)],
    })),
  };
}

/** Connections of which the statement that `dies` says breaks off, with all that its transaction did. */
function dyingPool(dies: () => boolean): Pool {
  const check = (text: unknown) => {
    if (text !== "ROLLBACK" && dies()) throw new Error("killed");
  };
  return new Proxy(pool, {
    get(target, key) {
      if (key === "query") {
        return async (...words: [string, unknown[]]) => {
          check(words[0]);
          return target.query(...words);
        };
      }
      if (key !== "connect") return Reflect.get(target, key);
      return async () => {
        const client = await target.connect();
        return new Proxy(client, {
          get(inner, name) {
            if (name !== "query") {
              const value: unknown = Reflect.get(inner, name);
              return typeof value === "function" ? value.bind(inner) : value;
            }
            return async (...words: [string, unknown[]]) => {
              check(words[0]);
              return inner.query(...words);
            };
          },
        });
      };
    },
  });
}
