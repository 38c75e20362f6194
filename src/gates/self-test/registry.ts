import type { BuiltCheckId } from "#src/config/built-checks";
import { backupSelfTest } from "#src/gates/self-test/backup";
import { candidateRunSelfTest } from "#src/gates/self-test/candidate-run";
import { databaseSelfTest } from "#src/gates/self-test/database";
import { environmentSelfTest } from "#src/gates/self-test/environment";
import { healthSelfTestSelfTest } from "#src/gates/self-test/health-self-test";
import { indexPresenceSelfTest } from "#src/gates/self-test/index-presence";
import { manifestSelfTest } from "#src/gates/self-test/manifest";
import { prefixLeakageSelfTest } from "#src/gates/self-test/prefix-leakage";
import { previousRunIntactSelfTest } from "#src/gates/self-test/previous-run-intact";
import { resourceMonitoringSelfTest } from "#src/gates/self-test/resource-monitoring";
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
  "candidate-run": candidateRunSelfTest,
  "previous-run-intact": previousRunIntactSelfTest,
  manifest: manifestSelfTest,
  backup: backupSelfTest,
  "resource-monitoring": resourceMonitoringSelfTest,
  "health-self-test": healthSelfTestSelfTest,
};

/** The same by any check's id. */
export const SELF_TESTS: Readonly<Record<CheckId, SelfTest>> = COMPLETE;
