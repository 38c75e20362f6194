import type { ModalView } from "@slack/types";
import { sentencesReply } from "#src/slack/blocks/command-replies";
import type { MessageBlock, Reply } from "#src/slack/blocks/elements";
import { errorModal } from "#src/slack/blocks/error-modal";
import type { ListenerDeps } from "#src/slack/listeners/deps";
import { failureText, reportFailure } from "#src/slack/listeners/failures";
import { SlackError } from "#src/slack/slack-error";

/** Where one person can be answered privately. */
export type ReplyPlace = {
  readonly user: string;
  readonly responseUrl: string | null;
  /** For an ephemeral message when there is no response URL. */
  readonly channel: string | null;
};

/**
 * Answers one person: through the response URL, else ephemerally in the channel, else by direct message. An answer
 * that can't be delivered is logged, never thrown: what was decided stands.
 */
export async function answer(deps: Pick<ListenerDeps, "web" | "log">, place: ReplyPlace, reply: Reply): Promise<void> {
  const { web, log } = deps;
  const { text, blocks, fallback } = reply;
  const ways: ((blocks: readonly MessageBlock[]) => Promise<unknown>)[] = [];
  const { responseUrl, channel, user } = place;
  if (responseUrl !== null) ways.push((blocks) => web.respond(responseUrl, { text, blocks }));
  if (channel !== null) ways.push((blocks) => web.ephemeral({ channel, user, text, blocks }));
  ways.push(async (blocks) => web.post({ channel: await web.openDm(user), text, blocks }));
  const forms = fallback === undefined ? [blocks] : [blocks, fallback];
  for (const send of ways.flatMap((way) => forms.map((form) => () => way(form)))) {
    try {
      await send();
      return;
    } catch (error) {
      log.warn({ err: error, user }, "an answer could not be delivered this way");
      // It may well have arrived: saying it twice is worse than trusting it.
      if (error instanceof SlackError && error.failure.kind === "ambiguous") return;
    }
  }
}

/** Runs `work`; when it fails, the person gets words and the log gets the error. */
export async function orSaySo(
  deps: ListenerDeps,
  place: ReplyPlace,
  during: string,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    await answer(deps, place, sentencesReply(failureText(reportFailure(deps.log, during, error))));
  }
}

/**
 * Opens (or, from inside a modal, pushes) `first` before anything else happens, since a trigger lives 3 s, then puts
 * in its place what `load` makes. A failure of `load` shows in the modal.
 */
export async function openThenLoad(
  deps: ListenerDeps,
  from: { readonly triggerId: string; readonly inModal: boolean; readonly place: ReplyPlace },
  first: ModalView,
  during: string,
  load: () => Promise<ModalView>,
): Promise<void> {
  const { web, log } = deps;
  let id: string;
  try {
    id = (await (from.inModal ? web.pushView(from.triggerId, first) : web.openView(from.triggerId, first))).id;
  } catch (error) {
    if (error instanceof SlackError && error.code.includes("exchanged")) {
      // The same click delivered twice: its modal is open.
      log.debug({ err: error }, "a trigger was used already");
      return;
    }
    log.warn({ err: error, during }, "a modal could not be opened");
    return answer(
      deps,
      from.place,
      sentencesReply("Slack did not open the window in time. Nothing changed; press again."),
    );
  }
  let next: ModalView;
  try {
    next = await load();
  } catch (error) {
    const words = reportFailure(log, during, error);
    next = errorModal(words.what, words.next, words.correlation);
  }
  await web.updateView(id, next).catch((error: unknown) => {
    log.warn({ err: error, during }, "a modal could not be filled; it may have been closed");
  });
}
