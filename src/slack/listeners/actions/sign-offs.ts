import { act } from "#src/slack/listeners/act";
import { type ActionHandler, onItem } from "#src/slack/listeners/actions/handler";
import { showOutcome } from "#src/slack/listeners/actions/show-outcome";

/** Sign: bound to what the person saw, so that a click on an old drawing signs nothing new. */
export const sign: ActionHandler = onItem(async (deps, click, { release, item, seen }) => {
  const { by, key } = click;
  const outcome = await act(deps, {
    by,
    release,
    key,
    // A button without `seen` saw nothing: an empty digest matches no state.
    intent: (who) => ({ type: "sign", ...who, signOff: item, seen: seen ?? "" }),
  });
  await showOutcome(deps, click, release, outcome);
});

export const withdraw: ActionHandler = onItem(async (deps, click, { release, item }) => {
  const actor = await deps.identity.person(click.by.user, click.by.team);
  const outcome = await deps.useCases.actOnRelease(release, click.key, { type: "withdraw", actor, signOff: item });
  await showOutcome(deps, click, release, outcome);
});

export const liftObjection: ActionHandler = onItem(async (deps, click, { release, item }) => {
  const actor = await deps.identity.person(click.by.user, click.by.team);
  const outcome = await deps.useCases.actOnRelease(release, click.key, { type: "lift-veto", actor, signOff: item });
  await showOutcome(deps, click, release, outcome);
});
