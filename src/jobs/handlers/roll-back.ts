import { z } from "zod";
import type { RunningJob } from "#src/jobs/create-jobs";
import { type MachineClock, waitFor } from "#src/models/machine-clock";
import type { FlipOutcome, RagStore } from "#src/rag/store";
import { RagStoreError } from "#src/rag/store-error";
import type { Pair } from "#src/release/events";
import { inDoubt } from "#src/release/flip-doubt";
import type { ReleaseState } from "#src/release/state";
import type { DecideIntent } from "#src/release/use-cases/decide-intent";
import { sentence } from "#src/release/wording";
import { rollbackFlipId } from "#src/rollback/consequences";
import type { StepId, StepResult } from "#src/rollback/events";
import { nextStep, type RollbackState } from "#src/rollback/state";
import type { DecideRollback } from "#src/rollback/use-cases/decide-rollback";

const jobSchema = z.object({ service: z.string(), rollback: z.string() });

/** The steps that are more than decisions and the pointer. Each may throw: then it failed, and the sentence says why. */
export type RollbackSteps = Readonly<
  Record<Exclude<StepId, "hold" | "flip">, (rollback: RollbackState, signal: AbortSignal) => Promise<StepResult>>
>;

type Deps = {
  readonly decide: DecideRollback;
  readonly decideRelease: DecideIntent;
  readonly rollback: (id: string) => Promise<RollbackState | null>;
  /** The open release of a service; null: there is none. */
  readonly openRelease: (service: string) => Promise<ReleaseState | null>;
  readonly store: (service: string) => RagStore;
  readonly steps: RollbackSteps;
  readonly clock: MachineClock;
  readonly onFault: (step: StepId, error: unknown) => void;
};

/** How long the store may be away before the flip is called back, and how long between two tries. */
const FLIP_WITHIN_MS = 60_000;
const TRY_EVERY_MS = 1_000;

/**
 * Carries a confirmed rollback to its end, from whichever step a crash left it at. Every step is journalled before and after; the flip
 * is the same flip whenever it is tried. A step that fails is told and the next one goes on: once the pointer is back, everything
 * after only adds to what is known. Throws when Golive's own database is away: the job is tried again.
 */
export function createRollBack(deps: Deps): (job: RunningJob) => Promise<void> {
  return async (job) => {
    const { service, rollback: id } = jobSchema.parse(job.data);
    for (;;) {
      job.signal.throwIfAborted();
      const rollback = await deps.rollback(id);
      if (rollback === null || rollback.standing !== "running") return;
      const step = nextStep(rollback);
      if (step === null) {
        await deps.decide(service, id, null, { type: "end", live: await liveNow(deps, rollback) });
        return;
      }
      await deps.decide(service, id, null, { type: "start-step", step });
      await doStep(deps, rollback, step, job.signal);
    }
  };
}

async function doStep(deps: Deps, rollback: RollbackState, step: StepId, signal: AbortSignal): Promise<void> {
  const { service, id } = rollback;
  if (step === "hold") return hold(deps, rollback);
  if (step === "flip") return flip(deps, rollback, signal);
  let result: StepResult;
  try {
    result = await deps.steps[step](rollback, signal);
  } catch (error) {
    // Stopped from outside: whoever takes the job over does the step again.
    signal.throwIfAborted();
    deps.onFault(step, error);
    result = { outcome: "failed", detail: sentenceOf(error), facts: {} };
  }
  // Stopped in the middle of a step that words its failures itself: what it says is no finding.
  signal.throwIfAborted();
  await deps.decide(service, id, null, { type: "finish-step", step, result });
}

/** A release whose flip nobody knows the outcome of: the store's ledger says what it did, or that it never will. */
async function hold(
  { decide, decideRelease, openRelease, store }: Deps,
  { service, id }: RollbackState,
): Promise<void> {
  const release = await openRelease(service);
  if (release !== null && inDoubt(release) && release.flip !== null) {
    const { outcome, live } = await store(service).cancelFlip(release.flip.id);
    const intent = { type: "settle-flip", flip: release.flip.id, outcome, live } as const;
    await decideRelease(service, release.id, null, intent);
  }
  await decide(service, id, null, { type: "hold" });
}

async function flip(deps: Deps, rollback: RollbackState, signal: AbortSignal): Promise<void> {
  const { service, id } = rollback;
  await deps.decide(service, id, null, { type: "intend-flip", flip: rollbackFlipId(id) });
  const intended = (await deps.rollback(id))?.flip ?? null;
  if (intended === null || intended.outcome !== null) return;
  const { because, ...settled } = await flipInTime(deps, service, intended, signal);
  const intent = { type: "settle-flip", flip: intended.id, ...settled } as const;
  await deps.decide(service, id, null, because === null ? intent : { ...intent, because });
}

async function flipInTime(
  { store: storeOf, clock, onFault }: Deps,
  service: string,
  { id, from, to }: NonNullable<RollbackState["flip"]>,
  signal: AbortSignal,
): Promise<FlipOutcome & { readonly because: string | null }> {
  const store = storeOf(service);
  const began = clock.now();
  for (;;) {
    try {
      return { ...(await store.flip(id, from, to)), because: null };
    } catch (error) {
      if (!(error instanceof RagStoreError)) throw error;
      if (error.retryable && clock.now() - began <= FLIP_WITHIN_MS) {
        await waitFor(clock, TRY_EVERY_MS, signal);
        continue;
      }
      onFault("flip", error);
      // Nothing may flip later by surprise. A store that can't even be told that is asked by the next run of the job.
      return { ...(await store.cancelFlip(id)), because: sentenceOf(error) };
    }
  }
}

/** What the pointer says; undefined: the store doesn't answer. */
async function liveNow({ store }: Deps, { service }: RollbackState): Promise<Pair | null | undefined> {
  try {
    return await store(service).pointer();
  } catch (error) {
    if (!(error instanceof RagStoreError)) throw error;
    return undefined;
  }
}

const sentenceOf = (error: unknown): string => sentence(error instanceof Error ? error.message : String(error));
