import type { ModalView } from "@slack/types";
import { namesFrom, refusalText } from "#src/release/refusal-text";
import type { Refusal } from "#src/release/refusals";
import { targetNamed } from "#src/rollback/target";
import { errorModal, waitingModal } from "#src/slack/blocks/error-modal";
import { rollbackPlanModal } from "#src/slack/blocks/rollback-plan-modal";
import type { ListenerDeps } from "#src/slack/listeners/deps";

/** Finishes the sentence "you can't …" for whoever may not see a plan. */
export const SEE_PLAN = "see where a service can be taken back to";

/** Shown while the plan is made: the chunks are looked at, which takes some seconds. */
export const planningModal = (): ModalView =>
  waitingModal("Roll back", "Working out what would change. The chunks are looked at, so this takes some seconds…");

/** The plan to confirm; or why there is none. */
export async function plannedModal(deps: ListenerDeps, service: string, target: string): Promise<ModalView> {
  const open = await openRefusal(deps, service);
  if (open !== null) return noRollbackModal(open);
  const planned = await deps.rollbacks.plan(service, targetNamed(target));
  if (!planned.ok) return noRollbackModal(planned.refusal);
  return rollbackPlanModal({ service, target, plan: planned.plan, seen: planned.seen });
}

/** One at a time: somebody who would confirm a second one is told before they read a plan. */
export async function openRefusal(deps: ListenerDeps, service: string): Promise<Refusal | null> {
  const current = await deps.rollbacks.currentRollback(service);
  const standing = current?.rollback.standing;
  if (current === null || (standing !== "waiting" && standing !== "running")) return null;
  return { kind: "rollback-open", number: current.rollback.number };
}

/** A refusal in place of a plan. */
export const noRollbackModal = (refusal: Refusal): ModalView =>
  errorModal(refusalText(refusal, namesFrom(null)), "Nothing was changed.");
