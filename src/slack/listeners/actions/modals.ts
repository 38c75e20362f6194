import type { ModalView } from "@slack/types";
import type { ReleaseView } from "#src/release/view";
import { detailsModal } from "#src/slack/blocks/details-modal";
import { errorModal, waitingModal } from "#src/slack/blocks/error-modal";
import { breakGlassModal, cancelModal, objectModal, waiveModal } from "#src/slack/blocks/reason-modals";
import { type ActionHandler, onItem, onRelease, placeOf } from "#src/slack/listeners/actions/handler";
import type { ListenerDeps } from "#src/slack/listeners/deps";
import { forMembers } from "#src/slack/listeners/members-only";
import type { Click } from "#src/slack/listeners/payloads";
import { openThenLoad } from "#src/slack/listeners/reply";

const SEE_IT = "look into a release";

/** Opens at once, then shows members what `draw` makes of the release; null: it has no such item any more. */
async function openOn(
  deps: ListenerDeps,
  click: Click,
  release: string,
  title: string,
  draw: (view: ReleaseView) => ModalView | null,
): Promise<void> {
  const from = { triggerId: click.triggerId, inModal: click.view !== null, place: placeOf(click) };
  await openThenLoad(deps, from, waitingModal(title, "Reading the release…"), click.action, () =>
    forMembers(deps, click.by, SEE_IT, async () => {
      const view = await deps.useCases.release(release);
      const drawn = view === null ? null : draw(view);
      return (
        drawn ??
        errorModal(
          view === null ? "That release isn't in the journal." : "This release has no such item any more.",
          "Nothing changed. `/golive status` shows where the release stands.",
        )
      );
    }),
  );
}

export const cancel: ActionHandler = onRelease((deps, click, { r }) =>
  openOn(deps, click, r, "Cancel the release", cancelModal),
);

export const details: ActionHandler = onRelease((deps, click, { r, i, p }) =>
  openOn(deps, click, r, "Details", (view) => detailsModal(view, i ?? null, deps.now(), p)),
);

export const object: ActionHandler = onItem((deps, click, { release, item }) =>
  openOn(deps, click, release, "Object", (view) => onSignOff(view, item, objectModal)),
);

export const breakGlass: ActionHandler = onItem((deps, click, { release, item }) =>
  openOn(deps, click, release, "Break the glass", (view) => onSignOff(view, item, breakGlassModal)),
);

export const waive: ActionHandler = onItem((deps, click, { release, item }) =>
  openOn(deps, click, release, "Waive a check", (view) => {
    const check = view.checks.find(({ definition }) => definition.id === item);
    return check === undefined ? null : waiveModal(view, check);
  }),
);

/** Another page of Details, in the same modal. */
export const turnPage: ActionHandler = onRelease(async (deps, click, { r, i, p }) => {
  if (click.view === null) return details(deps, click);
  const view = await deps.useCases.release(r);
  if (view === null) return;
  const page = await forMembers(deps, click.by, SEE_IT, async () => detailsModal(view, i ?? null, deps.now(), p));
  await deps.web.updateView(click.view.id, page);
});

function onSignOff(
  view: ReleaseView,
  id: string,
  draw: (view: ReleaseView, one: ReleaseView["signOffs"][number]) => ModalView,
): ModalView | null {
  const one = view.signOffs.find(({ definition }) => definition.id === id);
  return one === undefined ? null : draw(view, one);
}
