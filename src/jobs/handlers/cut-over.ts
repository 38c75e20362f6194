import { z } from "zod";
import type { RunningJob } from "#src/jobs/create-jobs";
import { type CollectManifest, releaseJobSchema } from "#src/jobs/handlers/freeze-manifest";
import type { RagStore } from "#src/rag/store";
import type { DomainClock } from "#src/release/clock";
import { inDoubt } from "#src/release/flip-doubt";
import type { ReleaseState } from "#src/release/state";
import type { Identity } from "#src/release/use-cases";
import type { DecideIntent } from "#src/release/use-cases/decide-intent";

/** One request, one flip id: every retry of the job means the same flip. */
const jobSchema = releaseJobSchema.extend({ flip: z.string() });

type Deps = {
  readonly decide: DecideIntent;
  readonly release: (id: string) => Promise<ReleaseState | null>;
  readonly collect: CollectManifest;
  readonly identity: Identity;
  readonly store: (service: string) => RagStore;
  readonly clock: DomainClock;
};

/**
 * How long after the cutover was asked for a flip may still happen. Later, nothing that was decided then may be assumed: the
 * flip is called back through the ledger, and people decide again.
 */
const FLIP_WITHIN_MS = 2 * 60_000;

/**
 * Carries a requested cutover to its end, from whichever step a crash left it at: decide once more with fresh people and
 * a fresh manifest → journal the intended flip → flip with compare-and-set and ledger → journal the outcome. A flip that could
 * not be made for two minutes is called back.
 */
export function createCutOver(deps: Deps): (job: RunningJob) => Promise<void> {
  return async (job) => {
    const { service, release: id, flip } = jobSchema.parse(job.data);
    const requested = await deps.release(id);
    if (requested === null || requested.standing !== "cutting_over") return;

    if (!inDoubt(requested)) {
      const asked = await askAnew(deps, requested, job.signal);
      if (!asked.ok) {
        await deps.decide(service, id, null, { type: "stop-cutover", because: asked.because });
        return;
      }
      const { members, manifest } = asked;
      const decided = await deps.decide(service, id, null, {
        type: "intend-flip",
        flip,
        members,
        manifest: manifest.hash,
        changes: manifest.changes,
      });
      if (!decided.ok) return;
    }

    const intended = await deps.release(id);
    if (intended === null || intended.flip === null || intended.flip.outcome !== null) return;
    const { id: intendedFlip, from, to } = intended.flip;
    const store = deps.store(service);
    const isLate = deps.clock.now() - (intended.cutover?.at ?? 0) > FLIP_WITHIN_MS;
    const { outcome, live } = isLate ? await store.cancelFlip(intendedFlip) : await store.flip(intendedFlip, from, to);
    await deps.decide(service, id, null, { type: "settle-flip", flip: intendedFlip, outcome, live });
  };
}

/**
 * Who is in the roles and what the manifest says, right before the flip. A person is waiting, and a retry would flip later,
 * when nobody looks any more: what can't be asked now ends the attempt.
 */
async function askAnew({ identity, collect }: Deps, release: ReleaseState, signal: AbortSignal) {
  try {
    const [members, manifest] = await Promise.all([identity.members({ fresh: true }), collect(release, signal)]);
    return { ok: true, members, manifest } as const;
  } catch (error) {
    // The process is stopping: another one takes the job over.
    signal.throwIfAborted();
    const said = error instanceof Error ? error.message : String(error);
    return { ok: false, because: `What the cutover rests on could not be read again: ${said}` } as const;
  }
}
