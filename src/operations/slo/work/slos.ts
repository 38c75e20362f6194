import type { Pool } from "pg";
import { z } from "zod";
import type { Journal } from "#src/journal/journal";
import type { Log } from "#src/log";
import { SLOT_MS } from "#src/operations/slo/burn";
import { consequencesOfSlos } from "#src/operations/slo/consequences";
import { decideSlos } from "#src/operations/slo/decide";
import { sloStream } from "#src/operations/slo/events";
import type { SloPolicy } from "#src/operations/slo/policy";
import { readSloInputs } from "#src/operations/slo/read-slos";
import type { SloReading, SloReport } from "#src/operations/slo/slo";
import { evolveSlos, isSloRecord, openAlerts, type SloState, sloStateOf } from "#src/operations/slo/state";
import type { SloUseCases } from "#src/operations/slo/use-cases";
import { type FoldDeps, foldEvaluations } from "#src/operations/slo/work/fold-evaluations";
import { type Looked, readInputs } from "#src/operations/slo/work/read-inputs";
import { type RollUpDeps, rollUp, SLOTS_KEPT_MS } from "#src/operations/slo/work/roll-up";
import { serviceStream } from "#src/release/events";
import { GOLIVE, type Person } from "#src/release/people";
import { record } from "#src/release/use-cases/decide-intent";
import { serviceOf } from "#src/release/use-cases/folded";

export type SlosDeps = RollUpDeps &
  FoldDeps & {
    readonly pool: Pool;
    readonly journal: Journal;
    readonly service: (id: string) => { readonly policy: SloPolicy; readonly channel: string };
    /** What has to be looked at beside the tables; cheap when it was looked at lately. */
    readonly looked: (service: string) => Promise<Looked>;
    /** Who is on call now; empty where nobody can be asked. */
    readonly onCall: (service: string) => Promise<readonly Person[]>;
    /** The subject in whose thread quiet things are told; null: there is none. */
    readonly week: (service: string) => Promise<string | null>;
    readonly log: Log;
  };

export interface Slos {
  readonly useCases: SloUseCases;
  /** Adds up what came. Any number of processes may, at any time. */
  rollUp(service: string): Promise<void>;
  /** One look: adds up, and every five minutes decides what follows, whichever replica is first. Resolves with the facts it came to. */
  look(service: string): Promise<readonly string[]>;
  state(service: string): Promise<SloState>;
}

const HOUR_SLOTS = 12;
const DAY_MS = 86_400_000;
const HOURS_KEPT_MS = 200 * 86_400_000;
/** So many calls until what is new is added; each of them lets others have their turn. */
const MOST_CALLS = 100;

const rollupSchema = z.object({ rolled_at: z.number().nullable(), looked: z.coerce.number().nullable() });

export function createSlos(deps: SlosDeps): Slos {
  const { pool, journal, now } = deps;
  const stateOf = async (service: string) => sloStateOf(await journal.load(sloStream(service)));

  async function kept(service: string): Promise<z.infer<typeof rollupSchema>> {
    const { rows } = await pool.query(
      "SELECT (extract(epoch FROM rolled_at) * 1000)::float8 AS rolled_at, looked FROM golive.slo_rollup WHERE service = $1",
      [service],
    );
    return rows[0] === undefined ? { rolled_at: null, looked: null } : rollupSchema.parse(rows[0]);
  }

  async function readings(service: string): Promise<readonly SloReading[]> {
    const { policy } = deps.service(service);
    const at = now();
    return readSloInputs(policy, await readInputs(pool, service, policy, await deps.looked(service), at), at);
  }

  /** False: another replica is at it. */
  async function addUp(service: string): Promise<boolean> {
    for (let calls = 0; calls < MOST_CALLS; calls++) {
      const { state } = await rollUp(deps, service);
      if (state !== "more") return state === "done";
    }
    return true;
  }

  async function decide(service: string): Promise<readonly string[]> {
    const { policy, channel } = deps.service(service);
    const [read, onCall, thread] = await Promise.all([readings(service), deps.onCall(service), deps.week(service)]);
    const own = sloStream(service);
    const streams = [serviceStream(service), own];
    const { outcome } = await journal.transact<readonly string[]>(service, null, streams, (loaded) => {
      const at = now();
      const state = sloStateOf(loaded.get(own) ?? []);
      const facts = decideSlos(serviceOf(service, loaded.get(serviceStream(service)) ?? []), state, {
        policy,
        readings: read,
        channel,
        thread,
        onCall,
        now: at,
      });
      const recorded = record(facts, loaded, at);
      const after = recorded.filter(isSloRecord).reduce(evolveSlos, state);
      return {
        outcome: facts.map(({ event }) => event.type),
        events: facts.map(({ stream, event }) => ({ stream, by: GOLIVE, event, at })),
        jobs: [],
        ...consequencesOfSlos(service, after, recorded, channel),
      };
    });
    return outcome;
  }

  async function prune(service: string): Promise<void> {
    const at = Math.min(now(), Date.now());
    await pool.query(
      "SELECT golive.prune_slo_figures(to_timestamp($1::float8 / 1000), to_timestamp($2::float8 / 1000))",
      [at - SLOTS_KEPT_MS, at - HOURS_KEPT_MS],
    );
    // The other clock may be a moment ahead of ours.
    const windows = 2 * deps.service(service).policy.windowDays * DAY_MS + 3_600_000;
    await pool.query("SELECT golive.prune_slo_questions($1, to_timestamp($2::float8 / 1000))", [service, at - windows]);
  }

  return {
    state: stateOf,
    async rollUp(service) {
      await addUp(service);
      await foldEvaluations(deps, service, 2 * deps.service(service).policy.windowDays);
    },
    async look(service) {
      const slot = Math.floor(now() / SLOT_MS);
      if (((await kept(service)).looked ?? -1) >= slot) return [];
      // Whoever adds up decides as well: a look at half of what came would come to half of it.
      if (!(await addUp(service))) return [];
      await foldEvaluations(deps, service, 2 * deps.service(service).policy.windowDays);
      const facts = await decide(service);
      // Last: whoever is killed before this has decided, and the next one finds it decided.
      await pool.query("UPDATE golive.slo_rollup SET looked = greatest(looked, $2) WHERE service = $1", [
        service,
        slot,
      ]);
      if (slot % HOUR_SLOTS === 0) await prune(service);
      return facts;
    },
    useCases: {
      async readSlos(service): Promise<SloReport> {
        const [slos, state, { rolled_at: rolledUpAt }] = await Promise.all([
          readings(service),
          stateOf(service),
          kept(service),
        ]);
        return {
          service,
          at: now(),
          windowDays: deps.service(service).policy.windowDays,
          slos,
          burning: openAlerts(state).map(({ burn, since, says }) => ({
            slo: burn.slo,
            severity: burn.severity,
            since,
            says,
          })),
          spent: state.spent.map(({ slo }) => slo),
          rolledUpAt,
        };
      },
    },
  };
}
