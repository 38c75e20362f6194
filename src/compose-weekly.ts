import { basename, resolve } from "node:path";
import type { Governed } from "#src/compose-manifests";
import type { Config } from "#src/config/load-config";
import { describeProblem } from "#src/config/problems";
import { readSopCards } from "#src/config/read-sop-cards";
import { toMargins } from "#src/config/to-margins";
import type { Evaluations } from "#src/evaluation/evaluations";
import type { Against } from "#src/evaluation/report/make-report";
import { ResultFileError } from "#src/evaluation/results/result-file-error";
import { readGold } from "#src/evaluation/run/gold-file";
import type { RunRecord } from "#src/evaluation/run/run-record";
import { traceBars } from "#src/evaluation/run/trace-figures";
import type { Log } from "#src/log";
import { machineClock } from "#src/models/machine-clock";
import type { OperationOrder, OperationRunner } from "#src/operations/operation";
import type { CardsRead, WeeklyMaterial } from "#src/operations/weekly/material";
import { readMaterial } from "#src/operations/weekly/work/read-material";
import { createWeeklyRunner, type WeeklyDeps } from "#src/operations/weekly/work/weekly-runner";
import type { EvaluationProgress } from "#src/release/view";

/** A store that doesn't answer in this time is away. */
const POINTER_MS = 10_000;

export type Weekly = {
  readonly runner: OperationRunner;
  /** An evaluation and what it is compared with, as triage takes it. */
  readonly material: (record: RunRecord, against: Against | null, signal?: AbortSignal) => Promise<WeeklyMaterial>;
  readonly cards: () => Promise<CardsRead>;
  /** How far a service's weekly evaluation is; null: none runs. */
  readonly progress: (service: string) => Promise<EvaluationProgress | null>;
};

/** The weekly evaluation over the evaluation room, with triage and SOP cards. */
export function composeWeekly(deps: {
  readonly config: Config;
  readonly governed: (service: string) => Governed;
  readonly evaluations: Evaluations;
  readonly repaint: (order: OperationOrder) => Promise<void>;
  readonly afterEvaluation?: NonNullable<WeeklyDeps["afterEvaluation"]>;
  readonly log: Log;
}): Weekly {
  const { config, governed, evaluations } = deps;
  const { store } = evaluations;
  const material: Weekly["material"] = (record, against, signal) => {
    const { service, store: ragStore } = governed(record.plan.service);
    return readMaterial(
      {
        evaluations: store,
        store: ragStore,
        floors: config.qualityGates,
        margins: toMargins(config.canary),
        bars: traceBars(service.retrieval),
        auditApplies: service.applies["prompt-audit"] === undefined,
      },
      record,
      against,
      signal,
    );
  };
  const cards: Weekly["cards"] = async () => {
    const { cards: right, problems } = await readSopCards(config.dir, Object.keys(config.golive.roles));
    return { cards: right, broken: problems.map(describeProblem) };
  };
  return {
    material,
    cards,
    runner: createWeeklyRunner({
      evaluations: { ...evaluations, run: store.run, runs: store.runs },
      live: (service) => governed(service).store.pointer(AbortSignal.timeout(POINTER_MS)),
      async gold(service) {
        const [dataset] = governed(service).service.datasets;
        if (dataset === undefined) throw new ResultFileError("empty", "golive.yaml names no dataset for this service");
        const file = resolve(config.dir, dataset.file);
        return { gold: await readGold(file), file: basename(file) };
      },
      material: async (record, signal) => material(record, await evaluations.baselineOf(record), signal),
      cards,
      repaint: deps.repaint,
      ...(deps.afterEvaluation === undefined ? {} : { afterEvaluation: deps.afterEvaluation }),
      clock: machineClock,
      log: deps.log,
    }),
    async progress(service) {
      const running = (await store.runs(service)).find(
        ({ state, plan }) => state === "running" && plan.manifest === null && plan.sample === null,
      );
      return running === undefined ? null : evaluations.progress(running.id);
    },
  };
}
