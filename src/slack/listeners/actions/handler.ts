import { type Carried, readCarried } from "#src/slack/blocks/carried";
import { sentencesReply } from "#src/slack/blocks/command-replies";
import type { ListenerDeps } from "#src/slack/listeners/deps";
import type { Click } from "#src/slack/listeners/payloads";
import { answer, type ReplyPlace } from "#src/slack/listeners/reply";

/** What a button does, after it was acknowledged. */
export type ActionHandler = (deps: ListenerDeps, click: Click) => Promise<void>;

export function placeOf(click: Click): ReplyPlace {
  return { user: click.by.user, responseUrl: click.responseUrl, channel: click.channel };
}

/** What a button of a release carries. */
export type OnRelease = Carried & { readonly r: string };

/** A handler that gets the release and item the button carries; a value that can't be read is answered here. */
export function onRelease(
  handle: (deps: ListenerDeps, click: Click, carried: OnRelease) => Promise<void>,
): ActionHandler {
  return async (deps, click) => {
    const carried = readCarried(click.value);
    if (carried === null || carried.r === "") return unreadable(deps, click);
    return handle(deps, click, carried);
  };
}

/** Like `onRelease`, for buttons about one sign-off or check. */
export function onItem(
  handle: (
    deps: ListenerDeps,
    click: Click,
    item: { release: string; item: string; seen: string | null },
  ) => Promise<void>,
): ActionHandler {
  return onRelease(async (deps, click, { r, i, s }) => {
    if (i === undefined || i === "") return unreadable(deps, click);
    return handle(deps, click, { release: r, item: i, seen: s ?? null });
  });
}

function unreadable(deps: ListenerDeps, click: Click): Promise<void> {
  deps.log.warn({ action: click.action, user: click.by.user }, "a button carried something unreadable");
  const text =
    "That button can't be read: it may come from an older version of Golive. Nothing changed. `/golive status` shows where the release stands.";
  return answer(deps, placeOf(click), sentencesReply(text));
}
