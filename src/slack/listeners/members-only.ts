import type { ModalView } from "@slack/types";
import { mayDecide } from "#src/release/people";
import { namesFrom, refusalText } from "#src/release/refusal-text";
import type { Refusal } from "#src/release/refusals";
import { errorModal } from "#src/slack/blocks/error-modal";
import type { ListenerDeps } from "#src/slack/listeners/deps";
import type { Doer } from "#src/slack/listeners/payloads";

/**
 * What `draw` shows, for full members of our team; anybody else reads the refusal. Evidence names runs, tables and people: a
 * guest or somebody of another organisation who can press a button in the channel isn't meant to read it. `wanted` finishes
 * the sentence "you can't …". Throws `IdentityError` when Slack doesn't say who it is.
 */
export async function forMembers(
  deps: ListenerDeps,
  by: Doer,
  wanted: string,
  draw: () => Promise<ModalView>,
): Promise<ModalView> {
  const actor = await deps.identity.person(by.user, by.team);
  return mayDecide(actor) ? draw() : refusalModal({ kind: "not-a-member", actor, wanted });
}

/** A refusal in place of a window. */
export function refusalModal(refusal: Refusal): ModalView {
  return errorModal(refusalText(refusal, namesFrom(null)), "Nothing was shown, and nothing changed.");
}
