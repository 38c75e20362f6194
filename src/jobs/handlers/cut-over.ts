import type { RunningJob } from "#src/jobs/create-jobs";
import { type CollectManifest, releaseJobSchema } from "#src/jobs/handlers/freeze-manifest";
import type { RagStore } from "#src/rag/store";
import type { ReleaseState } from "#src/release/state";
import type { Identity } from "#src/release/use-cases";
import type { DecideIntent } from "#src/release/use-cases/decide-intent";

type Deps = {
  readonly decide: DecideIntent;
  readonly release: (id: string) => Promise<ReleaseState | null>;
  readonly collect: CollectManifest;
  readonly identity: Identity;
  readonly store: (service: string) => RagStore;
};

/**
 * Carries a requested cutover to its end, from whichever step a crash left it at: decide once more with fresh people and
 * a fresh manifest → journal the intended flip → flip with compare-and-set and ledger → journal the outcome.
 */
export function createCutOver(deps: Deps): (job: RunningJob) => Promise<void> {
  return async (job) => {
    const { service, release: id } = releaseJobSchema.parse(job.data);
    const requested = await deps.release(id);
    if (requested === null || requested.standing !== "cutting_over") return;

    if (requested.flip === null) {
      const [members, manifest] = await Promise.all([deps.identity.members(), deps.collect(requested, job.signal)]);
      // One request, one flip id: every retry of this job means the same flip.
      const flip = `flip_${job.id}`;
      const decided = await deps.decide(service, id, null, {
        type: "intend-flip",
        flip,
        members,
        manifest: manifest.hash,
      });
      if (!decided.ok) return;
    }

    const intended = await deps.release(id);
    if (intended === null || intended.flip === null || intended.flip.outcome !== null) return;
    const { id: flip, from, to } = intended.flip;
    const { outcome, live } = await deps.store(service).flip(flip, from, to);
    await deps.decide(service, id, null, { type: "settle-flip", flip, outcome, live });
  };
}
