import { z } from "zod";
import type { RunningJob } from "#src/jobs/create-jobs";
import type { ReleaseState } from "#src/release/state";
import type { DecideIntent } from "#src/release/use-cases/decide-intent";

/** What a collection of the manifest came to: its hash, and what differs from the one frozen before. */
export type CollectedManifest = { readonly hash: string; readonly changes: readonly string[] };
/** Collects the manifest of a release and stores it under its hash. Throws when a source doesn't answer. */
export type CollectManifest = (release: ReleaseState, signal: AbortSignal) => Promise<CollectedManifest>;

export const releaseJobSchema = z.object({ service: z.string(), release: z.string() });

type Deps = {
  readonly decide: DecideIntent;
  readonly release: (id: string) => Promise<ReleaseState | null>;
  readonly collect: CollectManifest;
};

/** Freezes the manifest of a release that has none. Idempotent: the same facts give the same hash, and no new events. */
export function createFreezeManifest(deps: Deps): (job: RunningJob) => Promise<void> {
  return async (job) => {
    const { service, release: id } = releaseJobSchema.parse(job.data);
    const release = await deps.release(id);
    if (release === null || release.ended !== null) return;
    const { hash, changes } = await deps.collect(release, job.signal);
    await deps.decide(service, id, null, { type: "freeze-manifest", hash, changes });
  };
}
