import type { BuiltCheckId } from "#src/config/built-checks";
import { backupSelfTest } from "#src/gates/self-test/backup";
import { backupRehearsalSelfTest } from "#src/gates/self-test/backup-rehearsal";
import { candidateRunSelfTest } from "#src/gates/self-test/candidate-run";
import { chunksBackupSelfTest } from "#src/gates/self-test/chunks-backup";
import { concurrencySelfTest } from "#src/gates/self-test/concurrency";
import { configHashSelfTest } from "#src/gates/self-test/config-hash";
import { databaseSelfTest } from "#src/gates/self-test/database";
import { determinismSelfTest } from "#src/gates/self-test/determinism";
import { environmentSelfTest } from "#src/gates/self-test/environment";
import { evaluationBaselineSelfTest } from "#src/gates/self-test/evaluation-baseline";
import { evaluationFloorsSelfTest } from "#src/gates/self-test/evaluation-floors";
import { fewShotLeakageSelfTest } from "#src/gates/self-test/few-shot-leakage";
import { healthSelfTestSelfTest } from "#src/gates/self-test/health-self-test";
import { indexPresenceSelfTest } from "#src/gates/self-test/index-presence";
import { manifestSelfTest } from "#src/gates/self-test/manifest";
import { modelVersionsSelfTest } from "#src/gates/self-test/model-versions";
import { modelsSelfTest } from "#src/gates/self-test/models";
import { prefixLeakageSelfTest } from "#src/gates/self-test/prefix-leakage";
import { previousRunIntactSelfTest } from "#src/gates/self-test/previous-run-intact";
import { promptAuditSelfTest } from "#src/gates/self-test/prompt-audit";
import { rerankSettingsSelfTest } from "#src/gates/self-test/rerank-settings";
import { resourceMonitoringSelfTest } from "#src/gates/self-test/resource-monitoring";
import { rollbackRehearsalSelfTest } from "#src/gates/self-test/rollback-rehearsal";
import type { SelfTest } from "#src/gates/self-test/self-test";
import { tokenBudgetSelfTest } from "#src/gates/self-test/token-budget";
import type { CheckId } from "#src/release/checklist";

/** The fixtures of every built check: one without them does not compile. */
const COMPLETE: Readonly<Record<BuiltCheckId, SelfTest>> = {
  environment: environmentSelfTest,
  database: databaseSelfTest,
  "index-presence": indexPresenceSelfTest,
  "token-budget": tokenBudgetSelfTest,
  "prefix-leakage": prefixLeakageSelfTest,
  "config-hash": configHashSelfTest,
  "model-versions": modelVersionsSelfTest,
  "rerank-settings": rerankSettingsSelfTest,
  models: modelsSelfTest,
  determinism: determinismSelfTest,
  "prompt-audit": promptAuditSelfTest,
  concurrency: concurrencySelfTest,
  "candidate-run": candidateRunSelfTest,
  "previous-run-intact": previousRunIntactSelfTest,
  manifest: manifestSelfTest,
  backup: backupSelfTest,
  "chunks-backup": chunksBackupSelfTest,
  "backup-rehearsal": backupRehearsalSelfTest,
  "rollback-rehearsal": rollbackRehearsalSelfTest,
  "resource-monitoring": resourceMonitoringSelfTest,
  "health-self-test": healthSelfTestSelfTest,
  "few-shot-leakage": fewShotLeakageSelfTest,
  "evaluation-floors": evaluationFloorsSelfTest,
  "evaluation-baseline": evaluationBaselineSelfTest,
};

/** The same by any check's id. */
export const SELF_TESTS: Readonly<Record<CheckId, SelfTest>> = COMPLETE;
