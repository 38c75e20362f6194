import type { ServiceConfig } from "#src/config/service-config";
import { type BackupGateDeps, createBackupGate } from "#src/gates/backup";
import { type BackupRehearsalDeps, createBackupRehearsalGate } from "#src/gates/backup-rehearsal";
import { candidateRun } from "#src/gates/candidate-run";
import { type ChunksBackupDeps, createChunksBackupGate } from "#src/gates/chunks-backup";
import { type ConcurrencyGateDeps, createConcurrencyGate } from "#src/gates/concurrency";
import { type ConfigHashGateDeps, createConfigHashGate } from "#src/gates/config-hash";
import { database } from "#src/gates/database";
import { createDeterminismGate, type DeterminismGateDeps } from "#src/gates/determinism";
import { createEnvironmentGate, type EnvironmentGateDeps } from "#src/gates/environment";
import { createEvaluationBaselineGate, type EvaluationBaselineDeps } from "#src/gates/evaluation-baseline";
import { createEvaluationFloorsGate, type EvaluationFloorsDeps } from "#src/gates/evaluation-floors";
import { createFewShotLeakageGate } from "#src/gates/few-shot-leakage";
import type { ReadMaterial } from "#src/gates/few-shot-material";
import type { Gate } from "#src/gates/gate";
import { createHealthSelfTestGate, type HealthSelfTestDeps } from "#src/gates/health-self-test";
import { indexPresence } from "#src/gates/index-presence";
import { createManifestGate, type ManifestGateDeps } from "#src/gates/manifest";
import { createModelVersionsGate, type ModelVersionsGateDeps } from "#src/gates/model-versions";
import { createModelsGate, type ModelsGateDeps } from "#src/gates/models";
import { thresholdsOf } from "#src/gates/not-applicable";
import { prefixLeakage } from "#src/gates/prefix-leakage";
import { previousRunIntact } from "#src/gates/previous-run-intact";
import { createPromptAuditGate, type PromptAuditGateDeps } from "#src/gates/prompt-audit";
import { rerankSettings } from "#src/gates/rerank-settings";
import { createResourceMonitoringGate, type ResourceMonitoringDeps } from "#src/gates/resource-monitoring";
import { rollbackRehearsal } from "#src/gates/rollback-rehearsal";
import { tokenBudget } from "#src/gates/token-budget";
import type { CheckId } from "#src/release/checklist";

/** Every gate that exists, by id. The checklist's built checks and these are the same set; a test holds them together. */
export function createGates(deps: {
  readonly environment: EnvironmentGateDeps;
  readonly manifest: ManifestGateDeps;
  readonly backup: BackupGateDeps;
  readonly fullBackups: ChunksBackupDeps & BackupRehearsalDeps;
  readonly configHash: ConfigHashGateDeps;
  readonly modelVersions: ModelVersionsGateDeps;
  readonly models: ModelsGateDeps;
  readonly determinism: DeterminismGateDeps;
  readonly promptAudit: PromptAuditGateDeps;
  readonly concurrency: ConcurrencyGateDeps;
  readonly resources: ResourceMonitoringDeps;
  readonly selfTest: HealthSelfTestDeps;
  readonly fewShots: { readonly readMaterial: ReadMaterial };
  readonly evaluations: EvaluationFloorsDeps & EvaluationBaselineDeps;
}): ReadonlyMap<CheckId, Gate> {
  const gates: readonly Gate[] = [
    createEnvironmentGate(deps.environment),
    database,
    indexPresence,
    tokenBudget,
    prefixLeakage,
    candidateRun,
    previousRunIntact,
    createManifestGate(deps.manifest),
    createBackupGate(deps.backup),
    createChunksBackupGate(deps.fullBackups),
    createBackupRehearsalGate(deps.fullBackups),
    createConfigHashGate(deps.configHash),
    createModelVersionsGate(deps.modelVersions),
    rerankSettings,
    rollbackRehearsal,
    createModelsGate(deps.models),
    createDeterminismGate(deps.determinism),
    createPromptAuditGate(deps.promptAudit),
    createConcurrencyGate(deps.concurrency),
    createResourceMonitoringGate(deps.resources),
    createHealthSelfTestGate(deps.selfTest),
    createFewShotLeakageGate(deps.fewShots),
    createEvaluationFloorsGate(deps.evaluations),
    createEvaluationBaselineGate(deps.evaluations),
  ];
  return new Map(gates.map((gate) => [gate.id, gate]));
}

/** Version and thresholds of every gate for one service, as the manifest records them. */
export function gateThresholds(
  gates: ReadonlyMap<CheckId, Gate>,
  service: ServiceConfig,
): Readonly<Record<CheckId, { readonly version: number; readonly thresholds: ReturnType<Gate["thresholds"]> }>> {
  return Object.fromEntries(
    [...gates.values()].map((gate) => [gate.id, { version: gate.version, thresholds: thresholdsOf(gate, service) }]),
  );
}
