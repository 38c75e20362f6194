import { randomUUID } from "node:crypto";
import { resolve } from "node:path";
import type { Pool } from "pg";
import { createProbeLedger } from "#src/canary/probes/probe-ledger";
import { createProbing, type Probing } from "#src/canary/probes/probe-loop";
import { createProber, type ProbedService } from "#src/canary/probes/prober";
import type { CanaryWatch } from "#src/canary/watch/state";
import type { Governed } from "#src/compose-manifests";
import type { Models } from "#src/compose-models";
import type { Config } from "#src/config/load-config";
import type { Evaluations } from "#src/evaluation/evaluations";
import { ResultFileError } from "#src/evaluation/results/result-file-error";
import { readGold } from "#src/evaluation/run/gold-file";
import { createRunLedger } from "#src/evaluation/run/run-ledger";
import { traceBars } from "#src/evaluation/run/trace-figures";
import { createConforms } from "#src/evaluation/tool-schemas";
import type { Log } from "#src/log";
import { machineClock } from "#src/models/machine-clock";
import type { DomainClock } from "#src/release/clock";

/** Before batch work, and after what a rollback waits for. */
const PRIORITY = "canary-probe";

/** Questions of the gold datasets, asked of both runs of every canary that is watched. `open`: the canaries that have not ended. */
export function composeProbes(deps: {
  readonly config: Config;
  readonly pool: Pool;
  readonly governed: (service: string) => Governed;
  readonly models: Models;
  readonly evaluations: Pick<Evaluations, "epoch">;
  readonly open: () => Promise<readonly CanaryWatch[]>;
  readonly clock: DomainClock;
  readonly log: Log;
}): Probing {
  const { config, pool, governed, models, evaluations, open, clock, log } = deps;
  const ending = new AbortController();
  const kept = createRunLedger(pool);
  const serviceOf = (id: string): ProbedService | null => {
    if (config.golive.services[id] === undefined) return null;
    const { service, ragService } = governed(id);
    const { probes } = service.canary;
    if (probes === false) return null;
    return {
      perHour: probes.per_hour,
      asking: {
        service: ragService,
        limiter: models.limiter,
        callsPerAnswer: service.rag_service.model_calls_per_answer,
        priority: PRIORITY,
        clock: machineClock,
        nonce: randomUUID,
      },
      judging: {
        models: models.evaluation,
        kept,
        audit: { service: id, manifest: null, fewShotIds: [], cot: false },
        priority: PRIORITY,
      },
      bars: traceBars(service.retrieval),
      readGold: async () => {
        const [dataset] = service.datasets;
        if (dataset === undefined) throw new ResultFileError("empty", "golive.yaml names no dataset for this service");
        return readGold(resolve(config.dir, dataset.file));
      },
      // Both arms of a question are judged alike: a label each in a request of its own would take many times the calls.
      epoch: (signal) => evaluations.epoch(id, "joint", signal),
    };
  };
  const prober = createProber({
    ledger: createProbeLedger(pool),
    serviceOf,
    isWatching: async (canary) => (await open()).some(({ id, standing }) => id === canary && standing === "watching"),
    conforms: createConforms(),
    clock,
    log,
    holder: randomUUID(),
    signal: ending.signal,
  });
  return createProbing({ prober, open, ending, clock, log });
}
