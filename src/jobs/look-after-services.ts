import type { Jobs } from "#src/jobs/create-jobs";
import type { Log } from "#src/log";
import type { RagStore } from "#src/rag/store";
import { RagStoreError } from "#src/rag/store-error";
import type { ServiceState } from "#src/release/state";
import type { DecideIntent } from "#src/release/use-cases/decide-intent";

type Deps = {
  readonly services: readonly { readonly id: string; readonly channel: string }[];
  readonly state: (service: string) => Promise<ServiceState>;
  readonly store: (service: string) => Pick<RagStore, "pointer">;
  readonly decide: DecideIntent;
  readonly jobs: Pick<Jobs, "deadJobs" | "redrive">;
  readonly log: Log;
};

/** A store that doesn't answer must not keep the look at the others waiting. */
const POINTER_MS = 10_000;

/**
 * One look at every service: a pointer that somebody moved past Golive is recorded and announced, once, whichever replica sees it
 * first; a rollback whose job died every time goes on, for production must not stand half-way for ever; and so does the beginning of a
 * canary, for nothing that is live stays unwatched.
 */
export async function lookAfterServices(deps: Deps): Promise<void> {
  await Promise.all(
    deps.services.map((service) =>
      lookAt(deps, service).catch((err: unknown) =>
        deps.log.warn({ err, service: service.id }, "a service could not be looked after"),
      ),
    ),
  );
}

async function lookAt(
  { state: stateOf, store, decide, jobs, log }: Deps,
  { id, channel }: { readonly id: string; readonly channel: string },
): Promise<void> {
  const state = await stateOf(id);
  if (state.rollback !== null) {
    const about = { service: id, rollback: state.rollback };
    if ((await jobs.deadJobs(about)).length > 0) {
      await jobs.redrive(about);
      log.warn({ ...about }, "a rollback that had failed every time goes on");
    }
  }
  if (state.canary === null && state.liveRelease !== null) {
    const about = { service: id, release: state.liveRelease.release };
    if ((await jobs.deadJobs(about)).some(({ queue }) => queue === "start-canary")) {
      await jobs.redrive(about);
      log.warn({ ...about }, "a canary that could not be begun every time is tried again");
    }
  }
  // Nothing was ever flipped here: there is nothing that the pointer could differ from.
  if (state.live === null && state.before.length === 0) return;
  try {
    const live = await store(id).pointer(AbortSignal.timeout(POINTER_MS));
    await decide(id, state.openRelease, null, { type: "note-pointer", live, channel });
  } catch (error) {
    // The checks of a release say so; here it only means that nobody can look.
    if (!(error instanceof RagStoreError)) throw error;
    log.debug({ err: error, service: id }, "the pointer could not be read");
  }
}
