import { randomBytes, randomUUID } from "node:crypto";
import { resolve } from "node:path";
import type { Pool } from "pg";
import { createBackupRecords } from "#src/backup/backup-records";
import type { FullBackups } from "#src/backup/full-backups";
import { composeManifests, type Governed, type Manifests } from "#src/compose-manifests";
import type { Models } from "#src/compose-models";
import type { Variables } from "#src/config/environment";
import type { Config } from "#src/config/load-config";
import { toMargins } from "#src/config/to-margins";
import { createBaselines } from "#src/evaluation/baseline/baselines";
import { createEvaluationStore } from "#src/evaluation/run/read-evaluations";
import type { RunRecord } from "#src/evaluation/run/run-record";
import { answersWish } from "#src/gates/answers-wish";
import { chooseEvaluation, type EvaluationsOf } from "#src/gates/evaluation-run";
import { readMaterialFrom } from "#src/gates/few-shot-material";
import type { Gate, GateSubject, GateSurroundings } from "#src/gates/gate";
import { createGates } from "#src/gates/registry";
import { type OnFault, runGate } from "#src/gates/run-gate";
import { createProofRecords, type ProofRecords } from "#src/gates/self-test/proof-records";
import { createProveGates, type ProveGates } from "#src/gates/self-test/prove-gates";
import type { AskService } from "#src/gates/service-probe";
import { REFRESH_AT } from "#src/jobs/handlers/revalidate";
import type { RunCheck } from "#src/jobs/handlers/run-check";
import { missingMigrations } from "#src/journal/migrate";
import type { Log } from "#src/log";
import { collectDatasets } from "#src/manifest/collect-datasets";
import type { ResolveModel } from "#src/manifest/collect-models";
import { readQuestions } from "#src/manifest/read-questions";
import { ModelError } from "#src/models/model-error";
import { type CheckId, evaluationChecks } from "#src/release/checklist";
import type { CheckResult } from "#src/release/events";
import { evidenceHash } from "#src/release/hash";
import type { ReleaseState, ServiceState } from "#src/release/state";
import type { Resources } from "#src/resources/read-resources";

type Deps = {
  readonly config: Config;
  readonly pool: Pool;
  readonly variables: Variables;
  readonly governed: (service: string) => Governed;
  readonly serviceState: (service: string) => Promise<ServiceState>;
  readonly models: Models;
  readonly resources: Pick<Resources, "samples" | "depths" | "models">;
  readonly backups: FullBackups;
  readonly log: Log;
  /** Domain clock. */
  readonly now: () => number;
};

/** What running gates outside a release needs. */
export type HealthChecks = {
  readonly gates: ReadonlyMap<CheckId, Gate>;
  readonly manifests: Manifests;
  readonly surroundingsOf: (service: string) => Promise<GateSurroundings>;
  readonly onFault: OnFault;
  readonly prove: ProveGates;
  readonly proofs: Pick<ProofRecords, "newest">;
};

/** The gates with what they rest on, and the ways in which the release room and `golive health` use them. */
export function composeChecks(deps: Deps): HealthChecks & {
  readonly run: RunCheck;
  /** A finished evaluation of exactly what a release froze that answers what it wants, and is evidence for a while still; null: there is none. */
  readonly knownEvaluation: (release: ReleaseState) => Promise<RunRecord | null>;
} {
  const { config, pool, governed, serviceState, models, log } = deps;

  async function surroundingsOf(id: string): Promise<GateSurroundings> {
    const { service, store } = governed(id);
    return {
      service,
      store,
      adopted: (await serviceState(id)).adopted,
      env: deps.variables,
      botDatabase: { ping: () => pingBotDatabase(pool) },
      machineNow: Date.now,
    };
  }

  const onFault: OnFault = (gate, err) => log.error({ err, gate }, "a gate stopped");

  const minutes = new Map(config.checklist.checks.map(({ id, fresh_for }) => [id, fresh_for]));
  const evaluationsOf: EvaluationsOf = {
    evaluations: createEvaluationStore(pool),
    async goldOf({ datasets }) {
      const [first] = await collectDatasets(
        datasets.slice(0, 1).map(({ id, file }) => ({ id, file: resolve(config.dir, file) })),
      );
      return first?.sha256 ?? null;
    },
    freshForMs: (check) => (minutes.get(check) ?? 24 * 60) * 60_000,
    now: deps.now,
  };

  const proofs = createProofRecords(pool);
  const prove = createProveGates(proofs);
  const resolveModel: ResolveModel = async (model, signal) => {
    try {
      return await models.plain.resolve(model, signal);
    } catch (error) {
      if (error instanceof ModelError && error.code === "unknown-model") return null;
      throw error;
    }
  };
  const manifests = composeManifests({ config, pool, governed, serviceState, resolveModel, gates: () => gates });
  const ask: AskService = ({ service, candidate, priority = "go-live" }, question, signal) => {
    const calls = service.rag_service.model_calls_per_answer;
    return models.limiter.run({ priority, calls, signal }, (held) =>
      governed(service.id).ragService.answer({ ...question, pair: candidate }, held),
    );
  };
  const probe = { settings: config.determinism, ask, nonce: randomUUID };
  const serviceReport = ({ service, candidate }: GateSubject, signal: AbortSignal) =>
    governed(service.id).ragService.config(candidate, signal);
  const gates: ReadonlyMap<CheckId, Gate> = createGates({
    environment: { serviceReport },
    manifest: {
      collect: ({ service, candidate, active }, signal) => manifests.collect(service.id, candidate, active, signal),
    },
    backup: { records: createBackupRecords(pool), now: Date.now, random: randomBytes },
    fullBackups: { backups: deps.backups, withinDays: config.golive.backups.proven_within_days, now: Date.now },
    configHash: { serviceReport },
    modelVersions: { resolveModel },
    models: { models: models.plain },
    determinism: {
      ...probe,
      evaluation: models.evaluation,
      goldQuestions: async ({ datasets: [first] }, most, signal) =>
        first === undefined ? [] : readQuestions(resolve(config.dir, first.file), most, signal),
    },
    promptAudit: probe,
    concurrency: { limits: config.golive.models, limiter: models.limiter, serviceReport },
    resources: { limits: config.golive.resources, ...deps.resources },
    fewShots: { readMaterial: readMaterialFrom(config.dir) },
    evaluations: {
      ...evaluationsOf,
      baselines: createBaselines(pool),
      floors: config.qualityGates,
      margins: toMargins(config.canary),
    },
    selfTest: { prove: (subject, signal) => prove([...gates.values()], subject, signal) },
  });

  return {
    gates,
    manifests,
    async run(release, check, signal) {
      const gate = gates.get(check);
      if (gate === undefined) throw new Error(`check ${check} is in a release's checklist, but not built`);
      const different = await manifests.otherSettings(release);
      if (different.length > 0) return otherConfiguration(gate, different);
      const { candidate, active } = release;
      const frozenManifest = release.manifest?.hash ?? null;
      const around = await surroundingsOf(release.service);
      const subject: GateSubject = { ...around, release: release.id, candidate, active, frozenManifest };
      return runGate(gate, subject, signal, onFault);
    },
    async knownEvaluation(release) {
      const { service: id, candidate, manifest, checklist } = release;
      const { service } = governed(id);
      const spoken = { service, candidate, frozenManifest: manifest?.hash ?? null };
      // Whichever check wants it freshest: one that had to be renewed at once would be no answer to it.
      const [check] = [...evaluationChecks(checklist)].sort((a, b) => a.freshForMs - b.freshForMs);
      const chosen = check === undefined ? null : await chooseEvaluation(evaluationsOf, spoken, check.id);
      if (check === undefined || chosen === null || !chosen.ok || chosen.run.state !== "finished") return null;
      if (!answersWish(release, chosen.run)) return null;
      const left = chosen.measuredAt + check.freshForMs - deps.now();
      return left > REFRESH_AT * check.freshForMs ? chosen.run : null;
    },
    surroundingsOf,
    onFault,
    prove,
    proofs,
  };
}

/** A process with another configuration would hold the data against other bars than those that are signed. */
function otherConfiguration(gate: Gate, different: readonly string[]): CheckResult {
  const { id: check, version } = gate;
  return {
    verdict: "error",
    summary: `"${gate.title}" was not run: the process that took it is configured otherwise than the frozen manifest says (${different.slice(0, 3).join("; ")}).`,
    value: "could not run",
    bar: "",
    numbers: { differences: different.length },
    how: "this process's configuration against the frozen manifest",
    next: "Give every copy of Golive the same configuration. If the new one is meant, cancel this release and start again.",
    evidenceHash: evidenceHash({ check, version, verdict: "error", thresholds: {}, inputs: "other configuration" }),
  };
}

async function pingBotDatabase(pool: Pool) {
  const client = await pool.connect();
  try {
    const { rows } = await client.query<{ now: Date; writable: boolean }>(
      `SELECT clock_timestamp() AS now,
              NOT pg_is_in_recovery() AND current_setting('transaction_read_only') = 'off' AS writable`,
    );
    return {
      nowMs: rows[0]?.now.getTime() ?? Number.NaN,
      writable: rows[0]?.writable === true,
      missingMigrations: await missingMigrations(client),
    };
  } finally {
    client.release();
  }
}
