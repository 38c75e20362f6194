import { z } from "zod";
import { breachOfSubject, isCanaryId } from "#src/canary/canary-id";
import type { CanaryUseCases } from "#src/canary/use-cases/canaries";
import type { CanaryNote, NoCanaryNote } from "#src/canary/watch/notes";
import type { CanaryView } from "#src/canary/watch/view";
import { canaryBreachMessage } from "#src/slack/blocks/canary-breach-message";
import { canaryMessage } from "#src/slack/blocks/canary-message";
import {
  CANARY_NOTE_KINDS,
  canaryNoteMessage,
  canaryStoryMessage,
  canaryUnseenMessage,
} from "#src/slack/blocks/canary-notes";
import type { Message } from "#src/slack/blocks/elements";
import { isCanarySubject } from "#src/slack/ids";
import type { StoredNote } from "#src/slack/outbox-rows";
import type { Render } from "#src/slack/paint";

type Canaries = Pick<CanaryUseCases, "canary" | "currentCanary">;

/** The painter's `render` for canaries and their breaches; anything else by `others`. `now`: domain clock. */
export function withCanaries(canaries: Canaries, others: Render, now: () => number): Render {
  return async (subject, isFirst) => {
    if (!isCanarySubject(subject)) return others(subject, isFirst);
    const breach = breachOfSubject(subject);
    const view = await canaries.canary(breach?.canary ?? subject);
    if (view === null) return null;
    const { channel } = view.canary;
    if (breach === null) return { ...canaryMessage(view, now()), channel };
    const message = canaryBreachMessage(view, breach.kpi, now(), isFirst);
    return message === null ? null : { ...message, channel };
  };
}

/** Our own rows: only the kind is checked. */
const ownSchema = z.custom<CanaryNote | NoCanaryNote>((value) => {
  return z.looseObject({ kind: z.enum(CANARY_NOTE_KINDS) }).safeParse(value).success;
});
/** A wish for the story so far, as `message-rows` leaves it. */
const storySchema = z.object({ kind: z.literal("posted-again"), release: z.string().refine(isCanarySubject) });
const unseenSchema = z.object({
  kind: z.literal("canary-unseen"),
  canary: z.string().refine(isCanaryId),
  because: z.enum(["channel-archived", "bot-removed"]),
});

/** The words of a stored note about a canary; null for any other note. */
export async function canaryNote(canaries: Canaries, { note, service, to }: StoredNote): Promise<Message | null> {
  const own = ownSchema.safeParse(note);
  if (own.success) return canaryNoteMessage(own.data, { service, to, kpis: await kpisOf(canaries, own.data, service) });
  const story = storySchema.safeParse(note).data;
  if (story !== undefined) {
    return canaryStoryMessage(await viewOf(canaries, breachOfSubject(story.release)?.canary ?? story.release));
  }
  const unseen = unseenSchema.safeParse(note).data;
  return unseen === undefined ? null : canaryUnseenMessage(await viewOf(canaries, unseen.canary), unseen.because);
}

/** What KPIs are called: of the service's canary, which a note about one belongs to. */
async function kpisOf(canaries: Canaries, note: CanaryNote | NoCanaryNote, service: string) {
  if (!("kpi" in note) || note.kpi === null) return [];
  return (await canaries.currentCanary(service))?.canary.policy.kpis ?? [];
}

async function viewOf(canaries: Canaries, id: string): Promise<CanaryView> {
  const view = await canaries.canary(id);
  if (view === null) throw new Error(`there is no canary ${id} whose story could be told`);
  return view;
}
