import { ARMS } from "#src/canary/observation";
import { askBoth } from "#src/canary/probes/ask-both";
import { judgeBoth } from "#src/canary/probes/judge-both";
import { keepClaim } from "#src/canary/probes/keep-claim";
import type { Claim, ProbeLedger } from "#src/canary/probes/probe-ledger";
import { comparableGold, planProbes } from "#src/canary/probes/probe-order";
import { probeRow } from "#src/canary/probes/probe-row";
import { probesDueBy } from "#src/canary/probes/probe-spread";
import type { CanaryWatch } from "#src/canary/watch/state";
import type { JudgeDeps } from "#src/evaluation/judge/ask-judge";
import type { Conforms } from "#src/evaluation/oracle/tool-governance";
import { ResultFileError } from "#src/evaluation/results/result-file-error";
import type { AskServiceDeps } from "#src/evaluation/run/ask-service";
import type { GoldFile } from "#src/evaluation/run/gold-file";
import { isStepFailure } from "#src/evaluation/run/patience";
import type { Epoch } from "#src/evaluation/run/run-record";
import type { TraceBars } from "#src/evaluation/run/trace-figures";
import type { Log } from "#src/log";
import type { DomainClock } from "#src/release/clock";
import type { Instant } from "#src/release/policy";

/** What probing one service takes. */
export type ProbedService = {
  readonly perHour: number;
  readonly asking: Omit<AskServiceDeps, "waits">;
  readonly judging: Omit<JudgeDeps, "epoch">;
  readonly bars: TraceBars;
  /** Throws `ResultFileError` when the file can't be used. */
  readonly readGold: () => Promise<GoldFile>;
  /** The judge as it is today. Throws `ModelError`. */
  readonly epoch: (signal: AbortSignal) => Promise<Epoch>;
};

export type ProberDeps = {
  readonly ledger: ProbeLedger;
  /** Null: nothing of this service is probed. */
  readonly serviceOf: (service: string) => ProbedService | null;
  /** As the journal says at this moment. */
  readonly isWatching: (canary: string) => Promise<boolean>;
  readonly conforms: Conforms;
  readonly clock: DomainClock;
  readonly log: Log;
  /** Of this process; never another one's. */
  readonly holder: string;
  /** Ends what is under way: it is put back. */
  readonly signal: AbortSignal;
};

export interface Prober {
  /**
   * Asks what is due of both arms of a canary, and stores what came of it; some questions at most, each brought to its end or put back.
   * Rejects when Golive's own database can't be reached: nothing was lost, it is tried again.
   */
  tick(canary: CanaryWatch, now: Instant): Promise<void>;
}

/** Questions of one tick. */
const MOST_AT_ONCE = 20;
/** Real time between two tries where service, judge or gold file is not to be had. */
const WAIT_MS = 30_000;

/** What came of a question: `next`: another one may be asked at once. */
type Settled = "next" | "stop";

export function createProber(deps: ProberDeps): Prober {
  const { ledger, clock, log } = deps;
  /** How many questions each canary has. */
  const planned = new Map<string, number>();
  const epochs = new Map<string, Epoch>();

  /** Takes the questions of the file as they are now, unless that was done. Returns how many there are; 0: none are to be had. */
  async function plan(canary: CanaryWatch, service: ProbedService): Promise<number> {
    const known = planned.get(canary.id) ?? (await ledger.planned(canary.id));
    if (known === null) return 0;
    if (known > 0) {
      planned.set(canary.id, known);
      return known;
    }
    try {
      const gold = await service.readGold();
      const probes = planProbes(canary.id, gold.questions);
      if (probes.length === 0) throw new ResultFileError("empty", "it holds no question with an answer");
      await ledger.plan(canary.id, gold.sha256, probes);
      // Another process may have been first, with another file: the next tick reads how many there are.
      return probes.length;
    } catch (error) {
      if (!(error instanceof ResultFileError)) throw error;
      await wait(canary, `The gold file can't be used: ${error.message}.`);
      return 0;
    }
  }

  async function wait(canary: CanaryWatch, says: string): Promise<void> {
    log.warn({ canary: canary.id, service: canary.service, says }, "probes wait");
    await ledger.wait(canary.id, says, WAIT_MS);
  }

  async function putBack(canary: CanaryWatch, claim: Claim, says: string, tries = 0): Promise<Settled> {
    await ledger.putBack(claim, tries);
    await wait(canary, says);
    return "stop";
  }

  async function settle(canary: CanaryWatch, service: ProbedService, claim: Claim): Promise<Settled> {
    const kept = keepClaim(ledger, claim, deps.signal);
    try {
      return await work(canary, service, claim, kept.signal);
    } catch (error) {
      if (kept.lost()) return "next";
      if (deps.signal.aborted || !isStepFailure(error)) {
        await ledger.putBack(claim, 0);
        if (deps.signal.aborted) return "stop";
        throw error;
      }
      // A wrong token, a model that nobody knows: somebody has to mend something first.
      return await putBack(canary, claim, error.message);
    } finally {
      kept.stop();
    }
  }

  async function work(
    canary: CanaryWatch,
    service: ProbedService,
    claim: Claim,
    signal: AbortSignal,
  ): Promise<Settled> {
    const epoch = epochs.get(canary.id) ?? (await service.epoch(signal));
    epochs.set(canary.id, epoch);
    const pairs = { baseline: canary.baseline, canary: canary.candidate };
    const gold = comparableGold(claim.gold, Object.values(pairs));
    const asked = await askBoth(service.asking, pairs, epoch, { ...claim, gold }, signal);
    if (asked.kind === "wait") return putBack(canary, claim, asked.says, asked.lone ? 1 : 0);

    const judging = { ...service.judging, epoch, clock: service.asking.clock };
    const judged = await judgeBoth(judging, gold, asked.arms, signal);
    if (judged.kind === "away") return putBack(canary, claim, judged.says);
    // What is stored while a canary is paused is not looked at, and the question would be lost.
    if (!(await deps.isWatching(canary.id))) {
      await ledger.putBack(claim, 0);
      return "stop";
    }
    signal.throwIfAborted();
    // One time for both, when both are known: they are a pair, and neither is late.
    const at = clock.now();
    const how = { bars: service.bars, conforms: deps.conforms };
    const rows = await Promise.all(
      ARMS.map((arm) => {
        const probed = { ...claim, gold, arm, run: pairs[arm].run, ...asked.arms[arm], verdict: judged.verdicts[arm] };
        return probeRow(canary.service, probed, at, how);
      }),
    );
    const fresh = await ledger.finish(claim, rows, at);
    if (fresh !== null && fresh.length < rows.length) {
      log.warn(
        { canary: canary.id, question: claim.question },
        "somebody else brought observations under a probe's trace",
      );
    }
    return "next";
  }

  return {
    async tick(canary, now) {
      const service = deps.serviceOf(canary.service);
      if (service === null || canary.standing !== "watching") return;
      const questions = await plan(canary, service);
      if (questions === 0) return;
      const { perHour } = service;
      const paused = canary.pauses.reduce((sum, { from, to }) => sum + to - from, 0);
      const begun = canary.startedAt + paused;
      let at = now;
      for (let asked = 0; asked < MOST_AT_ONCE && !deps.signal.aborted; asked++) {
        const due = probesDueBy(at - begun, questions, perHour, canary.policy.durationHours);
        const claim = await ledger.claim(canary.id, deps.holder, at, { gapMs: 3_600_000 / perHour, due });
        if (claim === null || (await settle(canary, service, claim)) === "stop") return;
        at = clock.now();
      }
    },
  };
}
