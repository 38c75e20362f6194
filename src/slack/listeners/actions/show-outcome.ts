import type { ModalView } from "@slack/types";
import type { Outcome } from "#src/release/use-cases";
import type { ReleaseView } from "#src/release/view";
import { type Carried, readCarried } from "#src/slack/blocks/carried";
import { refusalReply } from "#src/slack/blocks/command-replies";
import { detailsModal } from "#src/slack/blocks/details-modal";
import type { Message } from "#src/slack/blocks/elements";
import { LIMITS } from "#src/slack/limits";
import { placeOf } from "#src/slack/listeners/actions/handler";
import type { ListenerDeps } from "#src/slack/listeners/deps";
import { refusalModal } from "#src/slack/listeners/members-only";
import type { Click } from "#src/slack/listeners/payloads";
import { answer } from "#src/slack/listeners/reply";

/**
 * After a click: a refusal is told to the person. Under the message a success shows by itself (the painter); in Details
 * the page is drawn anew, with the refusal on top if there was one.
 */
export async function showOutcome(deps: ListenerDeps, click: Click, release: string, outcome: Outcome): Promise<void> {
  if (outcome.ok && click.view === null) return;
  const view = await deps.useCases.release(release);
  const refusal = outcome.ok ? null : refusalReply(outcome.refusal, view?.release.checklist ?? null);
  const draw = (shown: Carried, of: ReleaseView): ModalView =>
    // Somebody who is no member any more sees no page, not even the one that was open.
    !outcome.ok && outcome.refusal.kind === "not-a-member"
      ? refusalModal(outcome.refusal)
      : withNotice(detailsModal(of, shown.i ?? null, deps.now(), shown.p), refusal);
  if (click.view !== null && view !== null && (await redraw(deps, click.view, (shown) => draw(shown, view)))) return;
  if (refusal !== null) await answer(deps, placeOf(click), refusal);
}

async function redraw(
  deps: ListenerDeps,
  modal: { readonly id: string; readonly metadata: string },
  draw: (shown: Carried) => ModalView,
): Promise<boolean> {
  const shown = readCarried(modal.metadata);
  if (shown === null) return false;
  try {
    await deps.web.updateView(modal.id, draw(shown));
    return true;
  } catch (error) {
    deps.log.debug({ err: error }, "Details could not be redrawn; it may have been closed");
    return false;
  }
}

function withNotice(page: ModalView, notice: Message | null): ModalView {
  if (notice === null) return page;
  return {
    ...page,
    blocks: [...notice.blocks, { type: "divider" as const }, ...page.blocks].slice(0, LIMITS.view.blocks),
  };
}
