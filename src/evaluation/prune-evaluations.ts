import type { Baselines } from "#src/evaluation/baseline/baselines";
import type { EvaluationStore } from "#src/evaluation/run/evaluation-store";
import type { RunRecord } from "#src/evaluation/run/run-record";
import type { Journal } from "#src/journal/journal";
import type { DomainClock } from "#src/release/clock";
import { evaluationStream, type Pair } from "#src/release/events";
import type { Person } from "#src/release/people";

/** What is to go, and what stays although it is old. */
export type Pruning = {
  /** Epoch milliseconds: what ended before. */
  readonly before: number;
  readonly runs: readonly string[];
  readonly kept: readonly { readonly run: string; readonly because: "baseline" | "open-release" }[];
};

export type PruneEvaluations = {
  /** Changes nothing. */
  plan(service: string): Promise<Pruning>;
  /** Deletes what `plan` says, as a fact of the journal. */
  prune(service: string, by: Person): Promise<Pruning>;
};

const DAY_MS = 86_400_000;
/** Runs that one event names. */
const MOST_AT_ONCE = 200;

/** Evaluations that nobody needs any more: ended for so long, never a baseline, and not of the pair that a release is open for. */
export function prunable(
  runs: readonly RunRecord[],
  given: { readonly before: number; readonly baselines: ReadonlySet<string>; readonly open: Pair | null },
): Pruning {
  const { before, baselines, open } = given;
  const old = runs.filter(({ state, endedAt }) => state !== "running" && endedAt !== null && endedAt < before);
  const why = ({ id, plan: { pair } }: RunRecord): "baseline" | "open-release" | null => {
    if (baselines.has(id)) return "baseline";
    return open !== null && pair.run === open.run && pair.config === open.config ? "open-release" : null;
  };
  return {
    before,
    runs: old.filter((run) => why(run) === null).map(({ id }) => id),
    kept: old.flatMap((run) => {
      const because = why(run);
      return because === null ? [] : [{ run: run.id, because }];
    }),
  };
}

/** Retention of evaluations. `openCandidate`: the pair that the service's open release is about; null without one. */
export function createPruneEvaluations(deps: {
  readonly journal: Pick<Journal, "transact">;
  readonly store: Pick<EvaluationStore, "runs">;
  readonly baselines: Pick<Baselines, "list">;
  readonly openCandidate: (service: string) => Promise<Pair | null>;
  readonly clock: DomainClock;
  readonly keepDays: number;
}): PruneEvaluations {
  const { journal, store, clock, keepDays } = deps;
  const plan: PruneEvaluations["plan"] = async (service) =>
    prunable(await store.runs(service), {
      before: clock.now() - keepDays * DAY_MS,
      baselines: new Set((await deps.baselines.list(service)).map(({ run }) => run)),
      open: await deps.openCandidate(service),
    });
  return {
    plan,
    async prune(service, by) {
      const planned = await plan(service);
      const stream = evaluationStream(service);
      for (let from = 0; from < planned.runs.length; from += MOST_AT_ONCE) {
        const runs = planned.runs.slice(from, from + MOST_AT_ONCE);
        const before = new Date(planned.before).toISOString();
        await journal.transact(service, null, [stream], () => ({
          outcome: null,
          events: [{ stream, at: clock.now(), by, event: { type: "evaluations-pruned", runs, before, keepDays } }],
          jobs: [],
          repaint: [],
          posts: [],
        }));
      }
      return planned;
    },
  };
}
