import type { ModalView } from "@slack/types";
import type { CanaryPersonIntent } from "#src/canary/watch/intents";
import type { CanaryView } from "#src/canary/watch/view";
import type { Person, RoleMembers } from "#src/release/people";
import { type CanaryDecision, canaryWhyModal, decisionTitle } from "#src/slack/blocks/canary-modals";
import { refusalReply } from "#src/slack/blocks/command-replies";
import { errorModal, waitingModal } from "#src/slack/blocks/error-modal";
import { type ActionHandler, onItem, onRelease, placeOf } from "#src/slack/listeners/actions/handler";
import { actOnCanary, decisionModal, SEE_CANARY } from "#src/slack/listeners/canary-decision";
import type { ListenerDeps } from "#src/slack/listeners/deps";
import { forMembers } from "#src/slack/listeners/members-only";
import type { Click } from "#src/slack/listeners/payloads";
import { answer, openThenLoad } from "#src/slack/listeners/reply";

export const pauseCanary = asked("pause");
export const resumeCanary = asked("resume");
export const extendCanary = asked("extend");
export const promoteCandidate = asked("promote");
export const abortCanary = asked("abort");
export const holdRollback = asked("hold");

export const acknowledgeBreach = atOnce((who, kpi) => ({ type: "acknowledge", ...who, kpi }));
export const muteBreach = atOnce((who, kpi) => ({ type: "mute", ...who, kpi, hours: 1 }));
export const escalateBreach = atOnce((who, kpi) => ({ type: "escalate", ...who, kpi }));

export const whyBreach: ActionHandler = onItem((deps, click, { release: canary, item: kpi }) =>
  openOn(deps, click, canary, "Why?", async (view) =>
    view === null ? errorModal("That canary isn't in the journal.", "Nothing changed.") : canaryWhyModal(view, kpi),
  ),
);

/** Opens the window that asks for a reason. */
function asked(decision: CanaryDecision): ActionHandler {
  return onRelease((deps, click, { r }) =>
    openOn(deps, click, r, decisionTitle(decision), (view) => decisionModal(deps, view, decision)),
  );
}

function openOn(
  deps: ListenerDeps,
  click: Click,
  id: string,
  title: string,
  draw: (view: CanaryView | null) => Promise<ModalView>,
): Promise<void> {
  const from = { triggerId: click.triggerId, inModal: click.view !== null, place: placeOf(click) };
  return openThenLoad(deps, from, waitingModal(title, "Reading the canary…"), click.action, () =>
    forMembers(deps, click.by, SEE_CANARY, async () => draw(await deps.canaries.canary(id))),
  );
}

type Who = { readonly actor: Person; readonly members: RoleMembers };

/** What it does shows in the messages by themselves; a refusal is told to the person. */
function atOnce(intent: (who: Who, kpi: string) => CanaryPersonIntent): ActionHandler {
  return onItem(async (deps, click, { release: canary, item: kpi }) => {
    const { by, key } = click;
    const outcome = await actOnCanary(deps, { by, canary, key, intent: (who) => intent(who, kpi) });
    if (!outcome.ok) await answer(deps, placeOf(click), refusalReply(outcome.refusal));
  });
}
