import type { ModalView } from "@slack/types";
import { context, section } from "#src/slack/blocks/elements";
import { modal } from "#src/slack/blocks/modal";
import { code, escaped, shorten } from "#src/slack/escape";
import { CALLBACKS } from "#src/slack/ids";

/**
 * What went wrong, in place of the modal that was meant. `what`, `next`: sentences, not escaped. `correlation`: the id
 * to quote when it is a bug; the person gets that and nothing from inside.
 */
export function errorModal(what: string, next: string, correlation?: string): ModalView {
  return modal({
    callback: CALLBACKS.notice,
    title: "That did not work",
    blocks: [
      section(`❌ ${shorten(escaped(what), 1_400)}\n${shorten(escaped(next), 1_400)}`),
      ...(correlation === undefined ? [] : [context(`Quote ${code(correlation)} when you report it.`)]),
    ],
  });
}

/** Something to wait for, while the real modal is being prepared. */
export function waitingModal(title: string, what: string): ModalView {
  return modal({ callback: CALLBACKS.notice, title, blocks: [section(`⏳ ${shorten(escaped(what), 1_400)}`)] });
}
