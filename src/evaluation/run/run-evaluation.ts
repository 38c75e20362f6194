import type { JudgeDeps } from "#src/evaluation/judge/ask-judge";
import { type AskServiceDeps, askService } from "#src/evaluation/run/ask-service";
import type { CaseRecord } from "#src/evaluation/run/case-record";
import type { EvaluationStore } from "#src/evaluation/run/evaluation-store";
import { judgeReply } from "#src/evaluation/run/judge-reply";
import type { RunLedger } from "#src/evaluation/run/run-ledger";
import type { RunRecord } from "#src/evaluation/run/run-record";
import { addTrial, doneOf, endOf, isHopeless, newTally, type Tally } from "#src/evaluation/run/run-tally";
import type { ExtractRequest } from "#src/models/model-call";
import type { DomainClock } from "#src/release/clock";

export type RunDeps = {
  readonly store: Pick<EvaluationStore, "run" | "cases">;
  readonly ledger: RunLedger;
  readonly asking: AskServiceDeps;
  readonly judging: Omit<JudgeDeps, "kept" | "epoch">;
  readonly domain: DomainClock;
  /** Trials that are worked on at a time, so that a next call waits whenever a place for one becomes free. */
  readonly atOnce: number;
};

/** Nothing more is to be asked: too much is lost already, or the run was ended from elsewhere. */
const OVER = new Error("the evaluation is over");

/**
 * Works off what is left of a run: asks, judges, and leaves each step in the ledger before the next. Called again after a crash it
 * pays for nothing that is there; only a call that was under way when the process died is made again. Ends the run when
 * all trials have their verdict, or as soon as too many can't have a score. Returns the run as it then is: still `running` only
 * where somebody else works on it. Throws what stops a run, with the run open: the same call goes on.
 */
export async function runEvaluation(
  deps: RunDeps,
  id: string,
  outer: AbortSignal,
  onProgress: (tally: Tally) => void = () => undefined,
): Promise<RunRecord> {
  const { store, ledger, domain } = deps;
  const run = await existing(store, id);
  const { plan } = run;
  const stop = new AbortController();
  const signal = AbortSignal.any([outer, stop.signal]);
  const trials = store.cases(id)[Symbol.asyncIterator]();
  let tally = newTally(run.counts.planned);

  const add = (reply: NonNullable<CaseRecord["reply"]>, verdict: NonNullable<CaseRecord["verdict"]>) => {
    tally = addTrial(tally, reply, verdict);
    onProgress(tally);
  };

  /** Whoever cancels is obeyed before the next request that costs something, in the middle of a trial too. */
  const whileOpen = async (): Promise<void> => {
    if (!(await ledger.isOpen(id))) throw OVER;
  };
  const asking: AskServiceDeps = {
    ...deps.asking,
    limiter: { run: (place, ask) => whileOpen().then(() => deps.asking.limiter.run(place, ask)) },
  };
  const judging = {
    ...deps.judging,
    models: {
      extract: <T>(request: ExtractRequest<T>) => whileOpen().then(() => deps.judging.models.extract(request)),
    },
    kept: ledger,
    epoch: plan.epoch,
    clock: asking.clock,
  };

  /** One trial, from wherever it stands. False: the run has ended, or somebody else works on it. */
  const work = async (trial: CaseRecord): Promise<boolean> => {
    if (trial.reply !== null && trial.verdict !== null) {
      add(trial.reply, trial.verdict);
      return true;
    }
    const reply = trial.reply ?? (await askService(asking, plan, trial.gold, signal));
    if (trial.reply === null && !(await ledger.saveReply(id, trial.place, reply))) return false;
    const verdict = await judgeReply(judging, trial, reply, signal);
    if (!(await ledger.saveVerdict(id, trial.place, verdict))) return false;
    add(reply, verdict);
    return true;
  };

  const workOff = async (): Promise<void> => {
    for (let next = await trials.next(); next.done !== true; next = await trials.next()) {
      signal.throwIfAborted();
      if (!(await work(next.value)) || isHopeless(tally.counts)) throw OVER;
    }
  };
  if (run.state !== "running") return run;
  // The first to stop stops the others too: what they wait for would be paid for in vain.
  const workers = Array.from({ length: deps.atOnce }, () =>
    workOff().catch((reason: unknown) => {
      stop.abort(reason);
    }),
  );
  await Promise.all(workers);
  if (stop.signal.aborted && stop.signal.reason !== OVER) throw stop.signal.reason;

  if (isHopeless(tally.counts) || doneOf(tally.counts) === tally.counts.planned) {
    const { state, reason } = endOf(tally);
    await ledger.end(id, state, reason, domain.now());
  }
  return existing(store, id);
}

async function existing(store: RunDeps["store"], id: string): Promise<RunRecord> {
  const run = await store.run(id);
  if (run === null) throw new Error(`there is no evaluation ${id}`);
  return run;
}
