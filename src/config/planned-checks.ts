import type { CheckId } from "#src/release/checklist";

/**
 * Checks that don't exist yet: id → what each will prove. Lines of the checklist may be bound to them; they are shown as
 * "not built yet", are never green and never block. Building one means moving its id to `built-checks.ts`.
 */
export const PLANNED_CHECKS: Readonly<Record<CheckId, string>> = {
  "restore-script": "a restore script that plain psql can run was generated and run into a scratch schema",
  "checks-completed": "every line of phase `before` is decided and green, with none left that is not built",
  "canary-ready": "the canary monitor has its baseline, its traffic and its alerts before the cutover",
  "alert-thresholds": "each alert fired on a fixture made to breach its threshold",
};
