import { join } from "node:path";
import { Pool } from "pg";
import { createStore, putConfig, setPointer, withStore } from "#sandbox/rag/rag-store";
import { canaryIdOf } from "#src/canary/canary-id";
import { createMonitor } from "#src/canary/monitor/create-monitor";
import { canaryOf, createDecideCanary } from "#src/canary/use-cases/decide-canary";
import { canaryStream } from "#src/canary/watch/events";
import { loadConfig } from "#src/config/load-config";
import { listServices } from "#src/config/to-policy";
import { createRollBack } from "#src/jobs/handlers/roll-back";
import { createStartCanary } from "#src/jobs/handlers/start-canary";
import { createWatchCanaries } from "#src/jobs/watch-canary";
import { createJournal } from "#src/journal/create-journal";
import type { Journal } from "#src/journal/journal";
import { JournalError } from "#src/journal/journal-error";
import { createPool } from "#src/journal/pool";
import { createLog } from "#src/log";
import { machineClock } from "#src/models/machine-clock";
import { prepareObservationDays } from "#src/observations/observation-days";
import { prepareRows } from "#src/observations/prepare-rows";
import { storeObservations } from "#src/observations/store-observations";
import type { RagStore } from "#src/rag/store";
import { RagStoreError } from "#src/rag/store-error";
import { createRagStore, prepareRagStore } from "#src/rag/store-postgres";
import { type Pair, releaseStream, serviceStream } from "#src/release/events";
import { foldService } from "#src/release/evolve";
import { createDecideIntent } from "#src/release/use-cases/decide-intent";
import { releaseOf, serviceOf } from "#src/release/use-cases/folded";
import { decideRollback } from "#src/rollback/decide";
import type { StepResult } from "#src/rollback/events";
import { rollbackStream } from "#src/rollback/events";
import { createDecideRollback, rollbackOf } from "#src/rollback/use-cases/decide-rollback";
import { createRollbackUseCases } from "#src/rollback/use-cases/rollbacks";
import { response } from "#test/canary-watch/story";
import * as w from "#test/release/world";
import { plan, request } from "#test/rollback/story";
import { createEmptyDatabase, createTestDatabase } from "#test/support/postgres";

export const SERVICE = "support-docs";
export const CANARY = canaryIdOf("r1");
export const WISH = "rb_of_somebody";
export const A = { run: "run-1", config: "v1" };
export const B = { run: "run-2", config: "v1" };
const quiet = createLog({ level: "silent", secrets: [] });

/** Makes a transaction fail: before anything was decided, or after it was committed though nobody heard of it. */
export type Fault = (transaction: number) => "before" | "after" | null;

/** One process of Golive: nothing in it is known to the next. */
export type Replica = {
  /** One look at all canaries. */
  watch(): Promise<number>;
  start(): Promise<void>;
  /** The job of the rollback that is under way, if there is one. */
  carryOut(): Promise<void>;
  stop(): Promise<void>;
};

export type WatchHouse = {
  now: number;
  /** Whether the RAG store answers. */
  isStoreAway: boolean;
  /** The database refused so many transactions so far. */
  transactions: number;
  replica(fault?: Fault): Replica;
  /** The canary leaked a prefix in its first bucket, and later events say that the bucket is over. */
  leak(): Promise<void>;
  /** Somebody without the right asked for a rollback, which waits. `asOf`: what was live then. */
  asks(wish: { readonly to: Pair; readonly asOf: Pair }): Promise<void>;
  live(): Promise<string>;
  /** Types of a stream's facts. */
  facts(stream: string): Promise<readonly string[]>;
  canary(): Promise<NonNullable<ReturnType<typeof canaryOf>>>;
  rollbacks(): Promise<number>;
  /** Keys of what is to be posted. */
  posts(): Promise<readonly string[]>;
  /** Whose messages are to be painted. */
  repainted(): Promise<readonly string[]>;
  stop(): Promise<void>;
};

/** run-2 went live over run-1 by release r1, in Golive's journal and in the RAG store. */
export async function openWatchHouse(): Promise<WatchHouse> {
  const loaded = await loadConfig(join(import.meta.dirname, "../../configs"));
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  const [service] = listServices(loaded.config);
  if (service === undefined) throw new Error("no service is configured");
  const [database, rag] = await Promise.all([createTestDatabase(), createEmptyDatabase()]);
  await fillStore(rag.adminUrl);
  const eyes = new Pool({ connectionString: database.adminUrl });
  const pool = createPool({ url: database.appUrl, name: "house", max: 4 });
  const store = createRagStore({ service, connectionString: rag.adminUrl });
  const story = wentLive();
  const first = createJournal({ pool, jobs: { send: async () => undefined } });
  const streams = [...new Set(story.journal.map(({ stream }) => stream))];
  await first.transact(SERVICE, null, streams, () => ({
    outcome: null,
    events: story.journal.map(({ stream, at, by, event }) => ({ stream, at, by, event })),
    jobs: [],
    repaint: [],
    posts: [],
  }));
  await prepareObservationDays(pool, story.now);
  const sql = async (text: string, values: unknown[] = []) => (await eyes.query(text, values)).rows;

  const house: WatchHouse = {
    now: story.now,
    isStoreAway: false,
    transactions: 0,
    replica(fault = () => null) {
      const own = createPool({ url: database.appUrl, name: "replica", max: 4 });
      const journal = faulty(createJournal({ pool: own, jobs: { send: async () => undefined } }), () =>
        fault(house.transactions++),
      );
      return createReplica(house, journal, own, store);
    },
    async leak() {
      const line = (minutes: number, arm: string, leak: boolean) => ({
        at: new Date(story.now + minutes * w.MINUTE).toISOString(),
        arm,
        trace_id: `t-${arm}-${minutes}`,
        prefix_leakage: leak,
      });
      const entries = [
        line(1, "baseline", false),
        line(1, "canary", true),
        line(40, "baseline", false),
        line(40, "canary", false),
      ].map((value, index) => ({ place: index + 1, value }));
      const bounds = { now: story.now + w.HOUR, lateAfterMs: 24 * w.HOUR };
      const { rows, problems } = await prepareRows(SERVICE, entries, bounds);
      if (problems.length > 0) throw new Error(JSON.stringify(problems));
      await storeObservations(pool, rows);
    },
    async asks({ to, asOf }) {
      await first.transact(SERVICE, null, [serviceStream(SERVICE), rollbackStream(WISH)], (loaded) => {
        const state = { ...serviceOf(SERVICE, loaded.get(serviceStream(SERVICE)) ?? []), live: asOf };
        const decision = decideRollback(
          state,
          null,
          null,
          request(w.rosa, { rollback: WISH, plan: plan({ from: asOf, to }) }),
        );
        if (!decision.ok) throw new Error(JSON.stringify(decision.refusal));
        const events = decision.events.map(({ stream, by, event }) => ({ stream, by, event, at: house.now }));
        return { outcome: null, events, jobs: [], repaint: [], posts: [] };
      });
    },
    live: async () => (await store.pointer())?.run ?? "nothing",
    facts: async (stream) =>
      (await sql("SELECT type FROM golive.journal WHERE stream = $1 ORDER BY version", [stream])).map(
        ({ type }) => type,
      ),
    async canary() {
      const canary = canaryOf(
        await createJournal({ pool, jobs: { send: async () => undefined } }).load(canaryStream(CANARY)),
      );
      if (canary === null) throw new Error("no canary has begun");
      return canary;
    },
    rollbacks: async () =>
      Number((await sql("SELECT count(*) AS n FROM golive.journal WHERE type = 'rollback-requested'"))[0]?.n),
    posts: async () => (await sql("SELECT key FROM golive.outbox ORDER BY created_at, key")).map(({ key }) => key),
    repainted: async () => (await sql("SELECT subject FROM golive.slack_message")).map(({ subject }) => subject),
    async stop() {
      await store.close();
      await Promise.all([pool.end(), eyes.end()]);
      await Promise.all([database.drop(), rag.drop()]);
    },
  };
  return house;
}

async function fillStore(url: string): Promise<void> {
  await createStore(url);
  await putConfig(url, "v1", { retrieval: { top_k: 8 } });
  await withStore(url, (client) =>
    client.query(
      "INSERT INTO rag.ingest_runs (ingest_run_id, state, chunk_count, content_digest) VALUES ('run-1', 'complete', 0, ''), ('run-2', 'complete', 0, '')",
    ),
  );
  await setPointer(url, SERVICE, B);
  await prepareRagStore({ connectionString: url });
}

function wentLive(): w.Story {
  const service = foldService(SERVICE, []);
  const begun = w.play({ ...w.beginning, service }, w.start({ service: SERVICE, candidate: B, active: A }));
  const green = w.finishAll(w.play(begun, w.freeze("m1")));
  return w.play(
    green,
    w.sign(w.dan, "data-quality"),
    w.sign(w.ines, "go-ahead"),
    w.sign(w.tom, "go-ahead"),
    w.sign(w.omar, "team-notified"),
    w.cutOver(w.ines),
    w.intendFlip("f1"),
    { type: "settle-flip", flip: "f1", outcome: "flipped", live: B },
  );
}

const GONE = new JournalError("unreachable", true, "The database can't be reached.");

function faulty(journal: Journal, fault: () => ReturnType<Fault>): Journal {
  return {
    ...journal,
    async transact(...given) {
      const fails = fault();
      if (fails === "before") throw GONE;
      const done = await journal.transact(...given);
      if (fails === "after") throw GONE;
      return done;
    },
  };
}

const done: StepResult = { outcome: "done", detail: "done.", facts: {} };

function createReplica(house: WatchHouse, journal: Journal, pool: Pool, real: RagStore): Replica {
  const clock = { now: () => house.now };
  const away = async () => {
    throw new RagStoreError("unreachable", "The RAG store can't be reached.");
  };
  const pointer = () => (house.isStoreAway ? away() : real.pointer());
  const decide = createDecideCanary({ journal, clock });
  const state = async (id: string) => serviceOf(id, await journal.load(serviceStream(id)));
  const rollback = async (id: string) => rollbackOf(await journal.load(rollbackStream(id)));
  const release = async (id: string) => releaseOf(await journal.load(releaseStream(id)));
  const decideRollbacks = createDecideRollback({ journal, clock });
  const identity = { members: async () => w.members };
  const useCases = createRollbackUseCases({
    journal,
    decide: decideRollbacks,
    newRollbackId: () => WISH,
    now: machineClock.now,
    service: () => ({
      channel: "C1",
      policy: w.policy,
      sources: {
        pointer,
        configVersions: () => real.configVersions(),
        chunks: async () => ({ state: "intact", says: "0, exactly as recorded" }),
        backups: async () => [],
        backupHolding: async () => null,
        unknownBackup: () => "",
      },
    }),
  });
  const watch = createWatchCanaries({
    services: [SERVICE],
    state,
    canary: async (id) => canaryOf(await journal.load(canaryStream(id))),
    decide,
    monitor: createMonitor({ pool, questionText: async () => new Map() }),
    rollbacks: useCases,
    identity,
    async repaint(service, repaint) {
      await journal.transact(service, null, [], () => ({ outcome: null, events: [], jobs: [], repaint, posts: [] }));
    },
    clock,
    log: quiet,
  });
  const startCanary = createStartCanary({
    decide,
    release,
    identity,
    journal,
    terms: async () => ({
      policy: { alpha: 0.05, durationHours: 48, kpis: [LEAK] },
      response,
      rights: w.policy,
      onCall: ["on-call"],
      questions: 0,
      caution: null,
      changes: [],
    }),
  });
  const rollBack = createRollBack({
    decide: decideRollbacks,
    decideRelease: createDecideIntent({ journal, clock }),
    rollback,
    openRelease: async () => null,
    store: () => real,
    steps: {
      restore: async () => done,
      answering: async () => done,
      caches: async () => done,
      data: async () => done,
      smoke: async () => done,
      proof: async () => done,
      incident: async () => done,
    },
    clock: machineClock,
    onFault: () => undefined,
  });
  const job = (data: Record<string, string>) => ({ id: "j", data, signal: new AbortController().signal });
  return {
    watch,
    start: () => startCanary(job({ service: SERVICE, release: "r1" })),
    async carryOut() {
      const open = (await state(SERVICE)).rollback;
      if (open !== null) await rollBack(job({ service: SERVICE, rollback: open }));
    },
    stop: () => pool.end(),
  };
}

const LEAK = { id: "prefix_leakage", kind: "zero", of: "prefix_leakage", onBreach: "rollback", owner: null } as const;
