import type { ModalView } from "@slack/types";
import type { RollbackView } from "#src/rollback/view";
import { readCarried } from "#src/slack/blocks/carried";
import { refusalReply } from "#src/slack/blocks/command-replies";
import { errorModal, waitingModal } from "#src/slack/blocks/error-modal";
import { rollbackBreakGlassModal, rollbackWithdrawModal } from "#src/slack/blocks/rollback-plan-modal";
import { resolve } from "#src/slack/listeners/act";
import { type ActionHandler, onRelease, placeOf } from "#src/slack/listeners/actions/handler";
import type { ListenerDeps } from "#src/slack/listeners/deps";
import { failureText, reportFailure } from "#src/slack/listeners/failures";
import { forMembers } from "#src/slack/listeners/members-only";
import type { Click } from "#src/slack/listeners/payloads";
import { answer, openThenLoad } from "#src/slack/listeners/reply";
import { plannedModal, planningModal, SEE_PLAN } from "#src/slack/listeners/rollback-plan";

/** One of the list was chosen: its plan, in the same modal. */
export const chooseRollback: ActionHandler = async (deps, click) => {
  const { r: target, i: service } = readCarried(click.value) ?? {};
  if (click.view === null || !target || service === undefined || deps.config.services[service] === undefined) return;
  const { id } = click.view;
  await deps.web.updateView(id, planningModal());
  const next = await forMembers(deps, click.by, SEE_PLAN, () => plannedModal(deps, service, target)).catch(
    (error: unknown) => errorModal(failureText(reportFailure(deps.log, click.action, error)), "Nothing was changed."),
  );
  await deps.web.updateView(id, next);
};

/** Whoever has the right confirms what somebody else asked for. */
export const confirmRollback: ActionHandler = onRelease(async (deps, click, { r }) => {
  const who = await resolve(deps, click.by, { fresh: true });
  const outcome = await deps.rollbacks.act(r, click.key, { type: "approve", ...who });
  // What it does shows in the message by itself.
  if (!outcome.ok) await answer(deps, placeOf(click), refusalReply(outcome.refusal));
});

export const breakGlassOfRollback: ActionHandler = onRelease((deps, click, { r }) =>
  openOn(deps, click, r, "Break the glass", rollbackBreakGlassModal),
);

export const withdrawRollback: ActionHandler = onRelease((deps, click, { r }) =>
  openOn(deps, click, r, "Withdraw the rollback", rollbackWithdrawModal),
);

async function openOn(
  deps: ListenerDeps,
  click: Click,
  id: string,
  title: string,
  draw: (view: RollbackView) => ModalView,
): Promise<void> {
  const from = { triggerId: click.triggerId, inModal: click.view !== null, place: placeOf(click) };
  await openThenLoad(deps, from, waitingModal(title, "Reading the rollback…"), click.action, () =>
    forMembers(deps, click.by, "decide about a rollback", async () => {
      const view = await deps.rollbacks.rollback(id);
      if (view?.rollback.standing === "waiting") return draw(view);
      return errorModal(
        view === null ? "That rollback isn't in the journal." : "That rollback doesn't wait for anybody any more.",
        "Nothing changed. Its message shows where it stands.",
      );
    }),
  );
}
