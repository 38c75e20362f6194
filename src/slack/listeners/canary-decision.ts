import type { ModalView } from "@slack/types";
import type { CanaryDecided } from "#src/canary/use-cases/canaries";
import type { CanaryPersonIntent } from "#src/canary/watch/intents";
import type { CanaryView } from "#src/canary/watch/view";
import type { Person, RoleMembers } from "#src/release/people";
import { namesFrom, refusalText } from "#src/release/refusal-text";
import type { Refusal } from "#src/release/refusals";
import type { RollbackPlan } from "#src/rollback/events";
import { type CanaryDecision, canaryDecisionModal } from "#src/slack/blocks/canary-modals";
import { errorModal } from "#src/slack/blocks/error-modal";
import { resolve } from "#src/slack/listeners/act";
import type { ListenerDeps } from "#src/slack/listeners/deps";
import type { Doer } from "#src/slack/listeners/payloads";

/** Finishes the sentence "you can't …" for whoever may not look. */
export const SEE_CANARY = "look into a canary";

type Who = { readonly actor: Person; readonly members: RoleMembers };

/** Decides one intent of a person about a canary. Authority comes from `by` alone, with the roles as Slack has them at this moment. */
export async function actOnCanary(
  deps: ListenerDeps,
  request: {
    readonly by: Doer;
    readonly canary: string;
    readonly key: string;
    readonly intent: (who: Who) => CanaryPersonIntent;
  },
): Promise<CanaryDecided> {
  const who = await resolve(deps, request.by, { fresh: true });
  return deps.canaries.act(request.canary, request.key, request.intent(who));
}

/** The intent of a decision that takes a reason. `hours` is asked of `extend` alone. */
export function reasonedIntent(decision: CanaryDecision, who: Who, reason: string, hours: number): CanaryPersonIntent {
  return decision === "extend" ? { type: decision, ...who, hours, reason } : { type: decision, ...who, reason };
}

/** The window that asks for a reason; or why there is nothing to decide. */
export async function decisionModal(
  deps: ListenerDeps,
  view: CanaryView | null,
  decision: CanaryDecision,
  hours: number | null = null,
): Promise<ModalView> {
  if (view === null) return errorModal("That canary isn't in the journal.", "Nothing changed.");
  const { canary } = view;
  if (canary.ended !== null) {
    return refusedModal({ kind: "canary-ended", number: canary.number, as: canary.ended.as });
  }
  const plan = decision === "abort" ? await planOf(deps, canary.service) : null;
  return canaryDecisionModal(view, decision, { plan, hours });
}

export const refusedModal = (refusal: Refusal): ModalView =>
  errorModal(refusalText(refusal, namesFrom(null)), "Nothing was changed.");

/** What going back would change. A store that can't be read now keeps nobody from deciding: the rollback plans anew anyway. */
async function planOf(deps: ListenerDeps, service: string): Promise<RollbackPlan | null> {
  try {
    const planned = await deps.rollbacks.plan(service, { kind: "previous" });
    return planned.ok ? planned.plan : null;
  } catch (error) {
    deps.log.warn({ err: error, service }, "what a rollback would change could not be worked out for a window");
    return null;
  }
}
