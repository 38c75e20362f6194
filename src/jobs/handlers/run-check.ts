import { z } from "zod";
import type { RunningJob } from "#src/jobs/create-jobs";
import { type CollectManifest, releaseJobSchema } from "#src/jobs/handlers/freeze-manifest";
import type { CheckId } from "#src/release/checklist";
import type { CheckResult } from "#src/release/events";
import type { ReleaseState } from "#src/release/state";
import type { DecideIntent } from "#src/release/use-cases/decide-intent";

/** Runs one check against a release. Never throws for what it finds: a throw or timeout is a result with verdict `error`. */
export type RunCheck = (release: ReleaseState, check: CheckId, signal: AbortSignal) => Promise<CheckResult>;

const jobSchema = releaseJobSchema.extend({ check: z.string(), attempt: z.number() });

type Deps = {
  readonly decide: DecideIntent;
  readonly release: (id: string) => Promise<ReleaseState | null>;
  readonly run: RunCheck;
  readonly collect: CollectManifest;
};

/**
 * Runs one attempt of a check and journals its result under the job's id: a worker that overran its time, or one that was
 * killed after the result was in, applies its effect once. A newer attempt makes this one void.
 */
export function createRunCheck(deps: Deps): (job: RunningJob) => Promise<void> {
  return async (job) => {
    const { service, release: id, check, attempt } = jobSchema.parse(job.data);
    const started = await deps.decide(service, id, null, { type: "start-check", check, attempt });
    if (!started.ok) return;
    const release = await deps.release(id);
    const current = release?.checks[check];
    if (release === null || release.ended !== null || current?.attempt !== attempt || current.status === "finished")
      return;
    const result = await deps.run(release, check, job.signal);
    // The worker is being stopped or was given up: another run of this job brings the result.
    job.signal.throwIfAborted();
    await deps.decide(service, id, `job/${job.id}`, { type: "finish-check", check, attempt, result });
    if (check === "manifest" && result.verdict === "fail") await freezeIfChanged(deps, release, job.signal);
  };
}

/** The facts moved since the manifest was frozen: better now, while people sign, than at the click on Cut over. */
async function freezeIfChanged({ collect, decide }: Deps, release: ReleaseState, signal: AbortSignal): Promise<void> {
  const { hash, changes } = await collect(release, signal);
  if (hash === release.manifest?.hash) return;
  await decide(release.service, release.id, null, { type: "freeze-manifest", hash, changes });
}
