import { randomBytes } from "node:crypto";
import { basename, resolve } from "node:path";
import { unknownBackup } from "#src/backup/backup-id";
import type { FullBackups } from "#src/backup/full-backups";
import type { Governed } from "#src/compose-manifests";
import type { Config } from "#src/config/load-config";
import type { CacheAccess } from "#src/config/named-variables";
import { toPolicy } from "#src/config/to-policy";
import type { Evaluations, EvaluationWish } from "#src/evaluation/evaluations";
import { ResultFileError } from "#src/evaluation/results/result-file-error";
import { readGold } from "#src/evaluation/run/gold-file";
import { compareWithRecord } from "#src/gates/recorded-run";
import type { Incidents } from "#src/incident/incidents";
import type { RunningJob } from "#src/jobs/create-jobs";
import { createRollBack } from "#src/jobs/handlers/roll-back";
import type { Journal } from "#src/journal/journal";
import type { Log } from "#src/log";
import { machineClock } from "#src/models/machine-clock";
import { runnerWithin } from "#src/rag/runner-within";
import type { RagStore, StoreQuery } from "#src/rag/store";
import { ragStoreOver } from "#src/rag/store-postgres";
import type { DomainClock } from "#src/release/clock";
import { releaseStream, serviceStream } from "#src/release/events";
import type { DecideIntent } from "#src/release/use-cases/decide-intent";
import { releaseOf, serviceOf } from "#src/release/use-cases/folded";
import type { BackupChoice } from "#src/rollback/choices";
import { rollbackStream } from "#src/rollback/events";
import type { RollbackState } from "#src/rollback/state";
import { seeItAnswer } from "#src/rollback/steps/answering";
import { compareChunks, restoreChunks } from "#src/rollback/steps/chunks";
import { emptyCaches } from "#src/rollback/steps/empty-caches";
import { proofOf } from "#src/rollback/steps/proof";
import { SMOKE_QUESTIONS, smoke } from "#src/rollback/steps/smoke";
import { createDecideRollback, rollbackOf } from "#src/rollback/use-cases/decide-rollback";
import type { ChunksFound, RollbackSources } from "#src/rollback/use-cases/plan-rollback";
import { createRollbackUseCases, type RollbackUseCases } from "#src/rollback/use-cases/rollbacks";

export type Rollbacks = {
  readonly useCases: RollbackUseCases;
  readonly rollBack: (job: RunningJob) => Promise<void>;
};

type Deps = {
  readonly config: Config;
  readonly journal: Journal;
  readonly clock: DomainClock;
  readonly governed: (service: string) => Governed;
  readonly caches: ReadonlyMap<string, readonly CacheAccess[]>;
  readonly backups: FullBackups;
  readonly evaluations: Evaluations;
  readonly incidents: Incidents;
  readonly decideRelease: DecideIntent;
  readonly log: Log;
};

/** Rollbacks: what people can ask of them, and the job that carries one out. */
export function composeRollbacks(deps: Deps): Rollbacks {
  const { config, journal, clock, governed, backups, evaluations, incidents, log } = deps;
  const decide = createDecideRollback({ journal, clock });
  const serviceState = async (id: string) => serviceOf(id, await journal.load(serviceStream(id)));
  const rollback = async (id: string) => rollbackOf(await journal.load(rollbackStream(id)));
  /** A run's chunks, as this store sees them, against what ingestion or adoption recorded of them. */
  async function lookAtChunks(id: string, store: RagStore, run: string, signal?: AbortSignal): Promise<ChunksFound> {
    const [ingestion, { adopted }] = await Promise.all([store.run(run, signal), serviceState(id)]);
    const now = await store.digest(run, signal);
    const count = now.chunks.toLocaleString("en-US");
    if (now.chunks === 0) return { state: "damaged", says: `none of ${run} is left` };
    const adoption = Object.hasOwn(adopted, run) ? (adopted[run] ?? null) : null;
    const compared = compareWithRecord(run, { ingestion, adoption }, now);
    if (compared.kind === "equal") return { state: "intact", says: `${count}, exactly as recorded` };
    return { state: compared.kind === "different" ? "damaged" : "unknown", says: compared.why };
  }
  const sourcesOf = (id: string): RollbackSources => {
    const { store } = governed(id);
    return {
      pointer: () => store.pointer(),
      configVersions: () => store.configVersions(),
      chunks: (run, signal) => lookAtChunks(id, store, run, signal),
      // From Golive's own database alone: a storage that is away keeps nobody from going back.
      backups: async () => (await backups.known(id)).flatMap(toChoice),
      backupHolding: async (run) => (await backups.holding(id, run))?.id ?? null,
      unknownBackup,
    };
  };

  async function smokeWish({ service: id, plan }: RollbackState): Promise<EvaluationWish | null> {
    const [dataset] = governed(id).service.datasets;
    if (dataset === undefined || plan.to === null) return null;
    const file = resolve(config.dir, dataset.file);
    const gold = await readGold(file);
    const sample = Math.min(SMOKE_QUESTIONS, gold.questions.length);
    return {
      service: id,
      pair: plan.to,
      manifest: null,
      gold,
      file: basename(file),
      sample,
      seed: null,
      repeat: 1,
      stable: false,
    };
  }

  /** What the smoke evaluation found, beside the baseline of its epoch, else beside what was found of this pair before. */
  async function prove(state: RollbackState) {
    const evaluation = state.steps.find(({ id }) => id === "smoke")?.result?.facts.evaluation;
    if (typeof evaluation !== "string") return proofOf(null, null);
    const run = await evaluations.store.run(evaluation);
    const against = run === null ? null : await evaluations.baselineOf(run);
    if (run === null || against === null) return proofOf(null, evaluation);
    const { report } = await evaluations.report(run, against);
    const comparison = report.against?.comparison;
    return proofOf(comparison === undefined ? null : { id: against.record.id, comparison }, evaluation);
  }

  const rollBack = createRollBack({
    decide,
    decideRelease: deps.decideRelease,
    rollback,
    async openRelease(service) {
      const { openRelease } = await serviceState(service);
      return openRelease === null ? null : releaseOf(await journal.load(releaseStream(openRelease)));
    },
    store: (id) => governed(id).store,
    steps: {
      restore: (state, signal) => {
        const { service } = governed(state.service);
        const look = (query: StoreQuery, run: string) =>
          lookAtChunks(state.service, ragStoreOver(runnerWithin(query), service), run);
        return restoreChunks({ backups, look }, state, signal);
      },
      async data(state, signal) {
        const { to } = state.plan;
        if (to === null) return { outcome: "skipped", detail: "No run is gone back to.", facts: {} };
        return compareChunks(await sourcesOf(state.service).chunks(to.run, signal), state);
      },
      answering: (state, signal) =>
        seeItAnswer({ service: governed(state.service).ragService, clock: machineClock }, state, signal),
      caches: ({ service }, signal) => emptyCaches(deps.caches.get(service) ?? [], governed(service).store, signal),
      async smoke(state, signal) {
        try {
          const wish = await smokeWish(state);
          if (wish !== null) return await smoke({ evaluations, clock: machineClock }, wish, signal);
          return { outcome: "skipped", detail: "No gold set is configured: nothing was asked.", facts: {} };
        } catch (error) {
          if (!(error instanceof ResultFileError)) throw error;
          return { outcome: "failed", detail: `The gold file can't be used: ${error.message}.`, facts: {} };
        }
      },
      proof: prove,
      async incident({ id }) {
        const kept = await incidents.keep(id);
        if (kept === null) return { outcome: "failed", detail: `${id} isn't in the journal.`, facts: {} };
        return { outcome: "done", detail: `${kept.id} is kept; it comes into the thread at the end.`, facts: {} };
      },
    },
    clock: machineClock,
    onFault: (step, err) => log.error({ err, step }, "a step of a rollback failed"),
  });

  const useCases = createRollbackUseCases({
    journal,
    decide,
    newRollbackId: () => `rb_${randomBytes(8).toString("hex")}`,
    now: machineClock.now,
    service: (id) => {
      const { service } = governed(id);
      return { channel: service.channel, policy: toPolicy(config, service), sources: sourcesOf(id) };
    },
  });
  return { useCases, rollBack };
}

function toChoice(entry: Awaited<ReturnType<FullBackups["list"]>>[number]): BackupChoice[] {
  const { id, state, run, config, createdAt: takenAt, provenAt, description, release, bytes } = entry;
  if (state !== "complete" && state !== "proven") return [];
  const pair = run === null || config === null ? null : { run, config };
  return [{ id, pair, takenAt, provenAt, description, release, bytes: bytes ?? 0 }];
}
