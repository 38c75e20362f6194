import { BackupError } from "#src/backup/backup-error";
import type { FullBackups } from "#src/backup/full-backups";
import { StorageError } from "#src/backup/storage/storage-error";
import { RagStoreError } from "#src/rag/store-error";
import type { StepResult } from "#src/rollback/events";
import type { RollbackState } from "#src/rollback/state";
import type { RollbackSources } from "#src/rollback/use-cases/plan-rollback";

type Deps = { readonly sources: Pick<RollbackSources, "chunks">; readonly backups: Pick<FullBackups, "restore"> };

/** Brings the chunk tables back from the plan's backup, and looks whether the run is what was recorded then. */
export async function restoreChunks(
  { sources, backups }: Deps,
  rollback: RollbackState,
  signal: AbortSignal,
): Promise<StepResult> {
  const { plan, service } = rollback;
  if (plan.backup === null || plan.to === null) {
    return { outcome: "failed", detail: "No backup holds these chunks.", facts: {} };
  }
  try {
    const { tables } = await backups.restore({ service, id: plan.backup, only: ["chunks"], signal });
    const rows = tables.reduce((sum, { table }) => sum + table.rows, 0);
    const found = await sources.chunks(plan.to.run, signal);
    const detail = `The chunk tables are those of ${plan.backup} again (${rows.toLocaleString("en-US")} rows): ${found.says}.`;
    return { outcome: found.state === "damaged" ? "failed" : "done", detail, facts: { backup: plan.backup, rows } };
  } catch (error) {
    if (!(error instanceof BackupError || error instanceof StorageError || error instanceof RagStoreError)) throw error;
    const detail = `The chunks could not be brought back from ${plan.backup}, and nothing of them was changed: ${error.message}`;
    return { outcome: "failed", detail, facts: { backup: plan.backup } };
  }
}

/** Compares the chunks that are answered from with their record, after the flip; damaged ones are brought back where a backup has them. */
export async function compareChunks(deps: Deps, rollback: RollbackState, signal: AbortSignal): Promise<StepResult> {
  const { plan } = rollback;
  if (plan.to === null) return { outcome: "skipped", detail: "No run is gone back to.", facts: {} };
  const found = await deps.sources.chunks(plan.to.run, signal);
  const detail = `The chunks of ${plan.to.run}: ${found.says}.`;
  if (found.state === "intact") return { outcome: "done", detail, facts: { intact: true } };
  if (found.state === "unknown") return { outcome: "skipped", detail, facts: { intact: null } };
  return plan.backup === null
    ? { outcome: "failed", detail, facts: { intact: false } }
    : restoreChunks(deps, rollback, signal);
}
