import { BackupError } from "#src/backup/backup-error";
import type { FullBackups } from "#src/backup/full-backups";
import { StorageError } from "#src/backup/storage/storage-error";
import type { StoreQuery } from "#src/rag/store";
import { RagStoreError } from "#src/rag/store-error";
import type { StepResult } from "#src/rollback/events";
import type { RollbackState } from "#src/rollback/state";
import type { ChunksFound } from "#src/rollback/use-cases/plan-rollback";

type Deps = {
  readonly backups: Pick<FullBackups, "restoreRun">;
  /** The run's chunks held against their record: as a transaction sees them that nobody else does yet. */
  readonly look: (query: StoreQuery, run: string) => Promise<ChunksFound>;
};

/**
 * Brings the run's own chunks back from the plan's backup; those of other runs stay as they are. They are held against their record
 * before anybody sees them: what doesn't fit changes nothing.
 */
export async function restoreChunks(
  { backups, look }: Deps,
  { plan, service }: RollbackState,
  signal: AbortSignal,
): Promise<StepResult> {
  const { backup, to } = plan;
  if (backup === null || to === null) {
    return { outcome: "failed", detail: "No backup holds these chunks.", facts: {} };
  }
  const { run } = to;
  try {
    const accept = async (query: StoreQuery): Promise<string | null> => {
      const { state, says } = await look(query, run);
      return state === "damaged" ? says : null;
    };
    const { rows, removed } = await backups.restoreRun({ service, id: backup, run, accept, signal });
    const detail = `The ${rows.toLocaleString("en-US")} chunks of ${run} are back from ${backup}; those of other runs were not touched.`;
    return { outcome: "done", detail, facts: { backup, rows, removed } };
  } catch (error) {
    if (!(error instanceof BackupError || error instanceof StorageError || error instanceof RagStoreError)) throw error;
    const why = /[.!?]$/.test(error.message) ? error.message : `${error.message}.`;
    const detail = `The chunks of ${run} could not be brought back from ${backup}, and nothing was changed: ${why}${wayIn(error)}`;
    return { outcome: "failed", detail, facts: { backup } };
  }
}

/** What the bot's own role lacks by design. */
const wayIn = (error: Error): string =>
  error instanceof RagStoreError && error.code === "denied"
    ? " Rows take the tables' owner: name a variable with that role's connection string in rag_store.restore_url_env."
    : "";

/** Compares the chunks that are answered from with their record, after the flip. Nobody confirmed that they are replaced, so they aren't. */
export function compareChunks(found: ChunksFound, { plan }: Pick<RollbackState, "plan">): StepResult {
  const run = plan.to?.run ?? "";
  const detail = `The chunks of ${run}: ${found.says}.`;
  switch (found.state) {
    case "intact":
      return { outcome: "done", detail, facts: { intact: true } };
    case "unknown":
      return { outcome: "skipped", detail, facts: { intact: null } };
    case "damaged": {
      const way =
        plan.backup === null ? "No proven backup is known to hold them." : `The backup ${plan.backup} holds them.`;
      return { outcome: "failed", detail: `${detail} ${way}`, facts: { intact: false, backup: plan.backup } };
    }
  }
}
