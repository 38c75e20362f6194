import type { App } from "@slack/bolt";
import { sentencesReply } from "#src/slack/blocks/command-replies";
import { latest } from "#src/slack/coalesce";
import { placeOf as placeOfClick } from "#src/slack/listeners/actions/handler";
import { ACTION_HANDLERS } from "#src/slack/listeners/actions/table";
import { placeOf as placeOfTyped, say } from "#src/slack/listeners/commands/handler";
import { COMMAND_HANDLERS } from "#src/slack/listeners/commands/table";
import type { ListenerDeps } from "#src/slack/listeners/deps";
import type { EventDeps, EventHandler } from "#src/slack/listeners/events/handler";
import { EVENT_HANDLERS } from "#src/slack/listeners/events/table";
import { reportFailure } from "#src/slack/listeners/failures";
import {
  type Click,
  readClick,
  readSubmission,
  readTyped,
  type Submission,
  type Typed,
} from "#src/slack/listeners/payloads";
import { answer, orSaySo } from "#src/slack/listeners/reply";
import type { ViewHandler } from "#src/slack/listeners/views/handler";
import { VIEW_HANDLERS } from "#src/slack/listeners/views/table";
import type { RunningWork } from "#src/slack/running-work";

/**
 * One Bolt listener per kind of payload, each of which acknowledges first and looks its handler up afterwards. Bolt
 * runs every listener that matches: with one per id and a catch-all, the catch-all would acknowledge twice.
 */
export function registerListeners(app: App, deps: ListenerDeps, work: RunningWork): void {
  const eventDeps: EventDeps = {
    ...deps,
    refresh: latest(async (service) => {
      await deps.useCases.refreshMembers(service);
    }),
  };
  // Nobody waits for it: a listener that did would keep the whole request in memory, the pressed message in it, and
  // moving those is what the garbage collector's pauses are made of.
  const run = (during: string, task: () => Promise<void>): void =>
    void work.run(() => task().catch((error: unknown) => void reportFailure(deps.log, during, error)));

  app.action(/.*/, async ({ ack, body }) => {
    await ack();
    const click = tryRead(deps, "a click", () => readClick(body));
    if (click !== null) run(`action ${click.action}`, () => handleClick(deps, click));
  });
  app.command(/.*/, async ({ ack, body }) => {
    await ack();
    const typed = tryRead(deps, "a command", () => readTyped(body));
    if (typed !== null) run(`command ${typed.command}`, () => handleCommand(deps, typed));
  });
  app.view({ type: "view_submission" }, async ({ ack, body }) => {
    const submission = tryRead(deps, "a submission", () => readSubmission(body));
    const handler = submission === null ? undefined : viewHandler(submission.callback);
    const errors = submission === null ? null : (handler?.check(submission) ?? null);
    if (errors !== null && Object.keys(errors).length > 0)
      return ack({ response_action: "errors", errors: { ...errors } });
    // The entire stack closes: Details underneath would show what was before.
    await ack({ response_action: "clear" });
    if (submission !== null) run(`view ${submission.callback}`, () => handleSubmission(deps, submission, handler));
  });
  app.event(/.*/, async ({ event }) => {
    run(`event ${event.type}`, async () => eventHandler(event.type)?.(eventDeps, event));
  });
  // Nothing of ours has these; unanswered they would hang for three seconds.
  app.view({ type: "view_closed" }, async ({ ack }) => ack());
  app.shortcut(/.*/, async ({ ack }) => ack());
  app.options(/.*/, async ({ ack }) => ack({ options: [] }));
}

async function handleClick(deps: ListenerDeps, click: Click): Promise<void> {
  const handler = Object.entries(ACTION_HANDLERS).find(([id]) => id === click.action)?.[1];
  await orSaySo(deps, placeOfClick(click), `action ${click.action}`, async () => {
    if (handler !== undefined) return handler(deps, click);
    deps.log.warn({ action: click.action }, "a button that no listener knows");
    const text =
      "Golive doesn't know that button: it may come from an older version. Nothing changed. `/golive status` shows where things stand.";
    await answer(deps, placeOfClick(click), sentencesReply(text));
  });
}

async function handleCommand(deps: ListenerDeps, typed: Typed): Promise<void> {
  const handler = Object.entries(COMMAND_HANDLERS).find(([name]) => name === typed.command)?.[1];
  await orSaySo(deps, placeOfTyped(typed), `command ${typed.command}`, async () => {
    if (handler !== undefined) return handler(deps, typed);
    const known = Object.keys(COMMAND_HANDLERS).join(", ");
    await say(deps, typed, sentencesReply(`Golive doesn't know ${typed.command}. It answers to ${known}.`));
  });
}

async function handleSubmission(
  deps: ListenerDeps,
  submission: Submission,
  handler: ViewHandler | undefined,
): Promise<void> {
  if (handler === undefined) {
    deps.log.warn({ callback: submission.callback }, "a modal that no listener knows");
    return;
  }
  const place = { user: submission.by.user, responseUrl: null, channel: null };
  await orSaySo(deps, place, `view ${submission.callback}`, () => handler.submit(deps, submission));
}

function tryRead<T>(deps: ListenerDeps, what: string, read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    reportFailure(deps.log, `reading ${what}`, error);
    return null;
  }
}

function viewHandler(callback: string): ViewHandler | undefined {
  return Object.entries(VIEW_HANDLERS).find(([id]) => id === callback)?.[1];
}

function eventHandler(type: string): EventHandler | undefined {
  return Object.entries(EVENT_HANDLERS).find(([name]) => name === type)?.[1];
}
