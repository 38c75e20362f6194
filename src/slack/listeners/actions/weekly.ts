import { readWeeklyResult } from "#src/operations/weekly/work/result-schema";
import { refusalReply, sentencesReply } from "#src/slack/blocks/command-replies";
import { errorModal, waitingModal } from "#src/slack/blocks/error-modal";
import { readStepItem, standingOf, stepDoneModal } from "#src/slack/blocks/sop-card";
import { weeklyDetails } from "#src/slack/blocks/weekly-details";
import { resolve } from "#src/slack/listeners/act";
import { type ActionHandler, onItem, onRelease, placeOf } from "#src/slack/listeners/actions/handler";
import { forMembers } from "#src/slack/listeners/members-only";
import { answer, openThenLoad } from "#src/slack/listeners/reply";
import { findStep, GONE } from "#src/slack/listeners/sop-step";

/** A step was begun. It shows in the message by itself; begun twice it is begun once. */
export const startStep: ActionHandler = onItem(async (deps, click, { release: id, item }) => {
  const named = readStepItem(item);
  const found = named === null ? null : await findStep(deps, id, named);
  if (named === null || found === null) return answer(deps, placeOf(click), sentencesReply(GONE));
  const who = await resolve(deps, click.by);
  const decided = await deps.operations.step(id, click.key, { ...who, ...named, done: false, note: "" });
  if (!decided.ok) await answer(deps, placeOf(click), refusalReply(decided.refusal));
});

/** Opens the window that asks what came of a step. */
export const finishStep: ActionHandler = onItem((deps, click, { release: id, item }) => {
  const from = { triggerId: click.triggerId, inModal: click.view !== null, place: placeOf(click) };
  return openThenLoad(deps, from, waitingModal("A step is done", "Reading the card…"), click.action, () =>
    forMembers(deps, click.by, "work on this card", async () => {
      const named = readStepItem(item);
      const found = named === null ? null : await findStep(deps, id, named);
      if (named === null || found === null) return errorModal(GONE, "Nothing changed.");
      const { done } = standingOf(found.operation, named.card, named.step);
      if (done !== null)
        return errorModal(`${done.by.name} did this step already.`, "Nothing changed; it stands under the step.");
      return stepDoneModal(found.operation, found.card, found.step);
    }),
  );
});

/** Everything that a weekly run found. */
export const showWeekly: ActionHandler = onRelease((deps, click, { r: id }) => {
  const from = { triggerId: click.triggerId, inModal: click.view !== null, place: placeOf(click) };
  return openThenLoad(deps, from, waitingModal("Weekly evaluation", "Reading what it found…"), click.action, () =>
    forMembers(deps, click.by, "look into an evaluation", async () => {
      const operation = await deps.operations.operation(id);
      const result = operation === null ? null : readWeeklyResult(operation.finished?.result);
      if (operation === null || result === null)
        return errorModal("There is nothing more to show of this run.", "Nothing changed.");
      return weeklyDetails(operation, result);
    }),
  );
});
