import { DEFAULT_POLICY } from "#src/canary/default-policy";
import type { Arm } from "#src/canary/observation";
import { createProbeLedger, type ProbeLedger } from "#src/canary/probes/probe-ledger";
import { createProber, type ProbedService, type ProberDeps } from "#src/canary/probes/prober";
import type { CanaryWatch } from "#src/canary/watch/state";
import type { GoldQuestion } from "#src/evaluation/run/case-record";
import { createConforms } from "#src/evaluation/tool-schemas";
import { createLog } from "#src/log";
import type { Answer, AnswerRequest } from "#src/rag/service";
import { honest, openRunHouse } from "#test/evaluation-run/run-house";
import { createFakeClock } from "#test/models/fake-clock";
import type { Releasers } from "#test/sandbox/bolt-app";

export const SERVICE = "docs";
export const NOW = Date.UTC(2026, 2, 28, 12);
export const HOUR_MS = 3_600_000;

/** A canary that watches run-2 beside run-1. */
export const watch = (changes: Partial<CanaryWatch> = {}): CanaryWatch => ({
  id: "can_1",
  number: 1,
  service: SERVICE,
  channel: "C0RELEASE",
  release: "rel_1",
  candidate: { run: "run-2", config: "v2" },
  baseline: { run: "run-1", config: "v1" },
  // No hours to spread them over: what is due by the pace is due.
  policy: { ...DEFAULT_POLICY, durationHours: 0 },
  response: { rollBackAfterMs: 1, askForMs: 1, escalateAfterMs: 1, escalateTo: null, silentAfterMs: 1 },
  rights: {
    roles: {},
    rights: { start: [], cancel: [], cutover: [], waive: [], rollback: [], canary: [], unlock: [], mute: [] },
    requesterMaySign: false,
    onePersonManyRoles: false,
    firstGoLiveRole: "owner",
    breakGlass: [],
    waiverMaxMs: 1,
    freezeWindows: [],
  },
  members: {},
  onCall: [],
  questions: 1,
  caution: null,
  changes: [],
  from: NOW,
  startedAt: NOW,
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
  ...changes,
});

/** Which arm a request is for. */
export const armOf = ({ pair }: Pick<AnswerRequest, "pair">): Arm => (pair?.run === "run-2" ? "canary" : "baseline");

export type Stored = { readonly [key: string]: unknown } & {
  readonly at: string;
  readonly arm: Arm;
  readonly trace_id: string;
  readonly query_id: string;
  readonly error?: string;
  readonly scores?: { readonly [score: string]: number | null };
};

type World = { now: number; perHour: number; watching: boolean; gold: readonly GoldQuestion[] | Error };

/** The prober on a real database and the local Bedrock's judge, with a RAG service of the test's own. Its patience passes at once. */
export async function openProbeHouse(releasers: Releasers) {
  const house = await openRunHouse(releasers);
  const { pool, epoch, deps: run, bedrock, ledger: kept, asked, answering, judged } = house;
  const patience = createFakeClock(130_000);
  const ledger = createProbeLedger(pool);
  const said: string[] = [];
  const log = createLog({ level: "info", secrets: [], write: (line) => void said.push(line) });
  const world: World = { now: NOW, perHour: 3_600, watching: true, gold: [] };

  const service = (): ProbedService => ({
    perHour: world.perHour,
    asking: { ...run.asking, clock: patience, priority: "canary-probe" },
    judging: { ...run.judging, kept, priority: "canary-probe" },
    bars: { contextBudget: 100, prefix: /^\s*Document: /u },
    readGold: async () => {
      if (world.gold instanceof Error) throw world.gold;
      return { sha256: "b".repeat(64), questions: world.gold };
    },
    epoch: async () => epoch,
  });
  const prober = (changes: Partial<ProberDeps> = {}) =>
    createProber({
      ledger,
      serviceOf: service,
      isWatching: async () => world.watching,
      conforms: createConforms(),
      // Every look at the clock is a second later, so that what is due by the pace of one a second always is.
      clock: {
        now: () => {
          world.now += 1_000;
          return world.now;
        },
      },
      log,
      holder: crypto.randomUUID(),
      signal: new AbortController().signal,
      ...changes,
    });
  return {
    world,
    pool,
    ledger,
    bedrock,
    patience,
    asked,
    answering,
    judged,
    said,
    service,
    prober,
    /** A tick in a process of its own, a second later. */
    tick(changes: Partial<ProberDeps> = {}, canary = watch()) {
      world.now += 1_000;
      return prober(changes).tick(canary, world.now);
    },
    /** As stored, in the order of time. */
    async stored(): Promise<Stored[]> {
      const { rows } = await pool.query<{ body: string }>(
        `SELECT body FROM golive.observation ORDER BY at, trace_id COLLATE "C"`,
      );
      return rows.map(({ body }) => JSON.parse(body));
    },
    async trouble(): Promise<string | null> {
      const { rows } = await pool.query<{ trouble: string | null }>("SELECT trouble FROM golive.canary_probing");
      return rows[0]?.trouble ?? null;
    },
    /** As if the time to the next try had passed. */
    async waited(): Promise<void> {
      await pool.query("UPDATE golive.canary_probing SET wait_until = 'epoch'");
    },
    /** As if nobody had been heard of for the length of a lease. */
    async leasesEnd(): Promise<void> {
      await pool.query("UPDATE golive.canary_probe SET lease_until = 'epoch' WHERE lease_until IS NOT NULL");
    },
  };
}

export type ProbeHouse = Awaited<ReturnType<typeof openProbeHouse>>;

/** A ledger that dies at its `step`-th word, before it is said or after, as a process does that is killed: nothing comes after. */
export function dyingLedger(ledger: ProbeLedger, step: number, when: "before" | "after"): ProbeLedger {
  let steps = 0;
  const dying = async <T>(say: () => Promise<T>): Promise<T> => {
    steps += 1;
    if (steps > step || (steps === step && when === "before")) throw new Error("killed");
    const said = await say();
    if (steps === step) throw new Error("killed");
    return said;
  };
  return {
    planned: (...args) => dying(() => ledger.planned(...args)),
    plan: (...args) => dying(() => ledger.plan(...args)),
    claim: (...args) => dying(() => ledger.claim(...args)),
    renew: (...args) => ledger.renew(...args),
    finish: (...args) => dying(() => ledger.finish(...args)),
    putBack: (...args) => dying(() => ledger.putBack(...args)),
    wait: (...args) => dying(() => ledger.wait(...args)),
  };
}

/** An honest answer with some of it changed. */
export const answered = (request: AnswerRequest, changes: Partial<Answer>): Answer => ({
  ...honest(request),
  ...changes,
});
