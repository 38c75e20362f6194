import { Pool } from "pg";
import { runCanary } from "#src/canary/canary-run";
import { type CanaryState, newCanary } from "#src/canary/canary-state";
import { checkObservation } from "#src/canary/check-observation";
import { LATENESS_MS } from "#src/canary/clock";
import { DEFAULT_POLICY } from "#src/canary/default-policy";
import type { CanaryPolicy } from "#src/canary/kpi";
import { createMonitor, type MonitorPool } from "#src/canary/monitor/create-monitor";
import type { CanaryMonitor } from "#src/canary/monitor/monitor";
import { unpack } from "#src/canary/monitor/pack-state";
import type { Observation } from "#src/canary/observation";
import { inOrder } from "#src/canary/pair-arms";
import { questionLedger } from "#src/canary/question-ledger";
import type { CanaryWatch } from "#src/canary/watch/state";
import { keptBody } from "#src/observations/kept-body";
import { storeObservations } from "#src/observations/store-observations";
import { HOUR, type Line, START } from "#test/canary/recording";
import { members, policy as rights, runA, runB } from "#test/release/world";
import { createTestDatabase, type TestDatabase } from "#test/support/postgres";

export const MINUTE = 60_000;

export type MonitorHouse = {
  readonly database: TestDatabase;
  readonly pool: Pool;
  /** A superuser's connections, past the product. */
  readonly eyes: Pool;
  readonly monitor: CanaryMonitor;
  monitorOver(pool: MonitorPool): CanaryMonitor;
  /** A canary of a service of its own. */
  canary(changes?: Partial<CanaryWatch>): CanaryWatch;
  bring(canary: CanaryWatch, lines: readonly Line[]): Promise<void>;
  /** The state as it is stored. */
  state(canary: CanaryWatch): Promise<CanaryState>;
  buckets(canary: CanaryWatch): Promise<number[]>;
  stop(): Promise<void>;
};

export async function openMonitorHouse(): Promise<MonitorHouse> {
  const database = await createTestDatabase();
  const pool = new Pool({ connectionString: database.appUrl });
  const eyes = new Pool({ connectionString: database.adminUrl });
  let canaries = 0;
  const monitorOver = (over: MonitorPool) =>
    createMonitor({ pool: over, questionText: async () => new Map([["q-1", "What is one?"]]) });
  return {
    database,
    pool,
    eyes,
    monitor: monitorOver(pool),
    monitorOver,
    canary(changes = {}) {
      const number = ++canaries;
      return { ...watching, id: `can_${number}`, service: `docs-${number}`, ...changes };
    },
    async bring(canary, lines) {
      const rows = lines.map((line) => {
        const kept = keptBody(line);
        if (!("body" in kept)) throw new Error(kept.refusal.sentence);
        const { at, arm, traceId } = observed(line);
        return { service: canary.service, at, arm, traceId, body: kept.body };
      });
      await storeObservations(pool, rows);
    },
    async state(canary) {
      const { rows } = await eyes.query("SELECT state FROM golive.canary_state WHERE canary = $1", [canary.id]);
      return unpack(rows[0].state);
    },
    async buckets(canary) {
      const sql = "SELECT bucket FROM golive.canary_bucket WHERE canary = $1 ORDER BY bucket";
      return (await eyes.query(sql, [canary.id])).rows.map(({ bucket }) => bucket);
    },
    async stop() {
      await Promise.all([pool.end(), eyes.end()]);
      await database.drop();
    },
  };
}

export function observed(line: Line): Observation {
  const checked = checkObservation(line);
  if (!checked.ok) throw new Error(checked.refusal.sentence);
  return checked.observation;
}

/**
 * What the pure canary makes of the same lines, which came in these batches. Nobody looks within a batch: it counts as having come in the order
 * of time. `ended`: all buckets are closed in which anything was.
 */
export function expected(
  batches: readonly (readonly Line[])[],
  policy: CanaryPolicy = DEFAULT_POLICY,
  ended = false,
): CanaryState {
  const run = runCanary(policy, newCanary(policy), questionLedger(), LATENESS_MS);
  const known = new Set<string>();
  for (const batch of batches) {
    const fresh = batch.filter(({ trace_id }) => !known.has(trace_id));
    for (const { trace_id } of fresh) known.add(trace_id);
    for (const observation of inOrder(fresh.map(observed))) run.add(observation);
  }
  if (ended) run.end();
  return run.state;
}

const watching: CanaryWatch = {
  id: "can_0",
  number: 1,
  service: "docs",
  channel: "C1",
  release: "rel1",
  candidate: runB,
  baseline: runA,
  policy: DEFAULT_POLICY,
  response: {
    rollBackAfterMs: 5 * MINUTE,
    askForMs: 30 * MINUTE,
    escalateAfterMs: 10 * MINUTE,
    escalateTo: null,
    silentAfterMs: HOUR,
  },
  rights,
  members,
  onCall: [],
  questions: 3_000,
  caution: null,
  changes: [],
  from: START,
  startedAt: START,
  standing: "watching",
  standings: {},
  finding: null,
  breaches: [],
  held: null,
  paused: null,
  pauses: [],
  extended: 0,
  silent: {},
  rollback: null,
  impeded: null,
  told: [],
  givenUp: null,
  window: null,
  ended: null,
  version: 1,
};
