import { type MachineClock, waitFor } from "#src/models/machine-clock";
import type { RagService } from "#src/rag/service";
import { RagServiceError } from "#src/rag/service-error";
import { pairText, samePair } from "#src/release/pair";
import type { StepResult } from "#src/rollback/events";
import type { RollbackState } from "#src/rollback/state";

/** How long a service may take to read the pointer again, and how often it is asked. */
const WITHIN_MS = 15_000;
const EVERY_MS = 250;

/**
 * Asks the service, as its users reach it, which pair it works with, until that is the one that was gone back to. No model is asked for
 * it: what an answer is worth is the smoke evaluation's to say.
 */
export async function seeItAnswer(
  deps: { readonly service: Pick<RagService, "config">; readonly clock: MachineClock },
  { plan }: Pick<RollbackState, "plan">,
  signal: AbortSignal,
): Promise<StepResult> {
  const began = deps.clock.now();
  let last = "it was not asked";
  for (;;) {
    try {
      const { run_id: run, config_version: config } = await deps.service.config(null, signal);
      const now = run === null || config === null ? null : { run, config };
      if (samePair(now, plan.to)) {
        const ms = Math.round(deps.clock.now() - began);
        return { outcome: "done", detail: `The service works with ${pairText(now)}.`, facts: { waited_ms: ms } };
      }
      last = `it says that it works with ${pairText(now)}`;
    } catch (error) {
      if (!(error instanceof RagServiceError)) throw error;
      last = error.message.replace(/\.$/, "");
    }
    if (deps.clock.now() - began > WITHIN_MS) break;
    await waitFor(deps.clock, EVERY_MS, signal);
  }
  return {
    outcome: "failed",
    detail: `The pointer says ${pairText(plan.to)}, but the service does not show within ${WITHIN_MS / 1_000} s that it works with it: ${last}.`,
    facts: {},
  };
}
