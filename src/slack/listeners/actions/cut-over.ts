import { act } from "#src/slack/listeners/act";
import { type ActionHandler, onRelease } from "#src/slack/listeners/actions/handler";
import { showOutcome } from "#src/slack/listeners/actions/show-outcome";

/** Cut over: bound to everything the person saw. */
export const cutOver: ActionHandler = onRelease(async (deps, click, { r, s }) => {
  const { by, key } = click;
  const outcome = await act(deps, {
    by,
    release: r,
    key,
    fresh: true,
    intent: (who) => ({ type: "cut-over", ...who, seen: s ?? "" }),
  });
  await showOutcome(deps, click, r, outcome);
});
