import { z } from "zod";
import { alertOfSubject, type SloNote } from "#src/operations/slo/notes";
import type { SloState } from "#src/operations/slo/state";
import type { SloUseCases } from "#src/operations/slo/use-cases";
import type { Message } from "#src/slack/blocks/elements";
import { type AlertView, sloAlertMessage } from "#src/slack/blocks/slo-alert";
import { SLO_NOTE_KINDS, sloNoteMessage } from "#src/slack/blocks/slo-notes";
import { isSloSubject } from "#src/slack/ids";
import type { StoredNote } from "#src/slack/outbox-rows";
import type { Render } from "#src/slack/paint";

/** What rendering asks of SLOs. */
export type SlosShown = {
  readonly useCases: SloUseCases;
  readonly state: (service: string) => Promise<SloState>;
};

/** The painter's `render` for alerts; anything else by `others`. `now`: domain clock. */
export function withSlos(slos: SlosShown, others: Render, now: () => number): Render {
  return async (subject, isFirst) => {
    if (!isSloSubject(subject)) return others(subject, isFirst);
    const found = await alertOf(slos, subject);
    if (found === null) return null;
    const { service, alert } = found;
    const present = alert.calm === null ? await readingOf(slos, service, alert.burn.slo) : null;
    return { ...sloAlertMessage({ service, alert, now: present }, now(), isFirst), channel: alert.channel };
  };
}

/** The alert whose message a subject is; null: no such alert. */
export async function alertOf(slos: Pick<SlosShown, "state">, subject: string) {
  const named = alertOfSubject(subject);
  if (named === null) return null;
  const alert = (await slos.state(named.service)).alerts.find(({ version }) => version === named.version);
  return alert === undefined ? null : { service: named.service, alert };
}

/** The alert's own words are enough where the rest can't be read. */
async function readingOf({ useCases }: SlosShown, service: string, slo: string): Promise<AlertView["now"]> {
  try {
    const { slos, windowDays } = await useCases.readSlos(service);
    const reading = slos.find(({ id }) => id === slo);
    return reading === undefined ? null : { reading, windowDays };
  } catch {
    return null;
  }
}

/** Our own rows: only the kind is checked. */
const ownSchema = z.custom<SloNote>((value) => {
  return z.looseObject({ kind: z.enum(SLO_NOTE_KINDS) }).safeParse(value).success;
});
/** A wish for the story so far, as `message-rows` leaves it. */
const storySchema = z.object({ kind: z.literal("posted-again"), release: z.string().refine(isSloSubject) });

/** The words of a stored note about SLOs; null for any other note. */
export function sloNote({ note, service }: StoredNote): Message | null {
  const own = ownSchema.safeParse(note);
  if (own.success) return sloNoteMessage(own.data, service);
  if (!storySchema.safeParse(note).success) return null;
  return { text: "🔁 This message was posted again; the one before is gone.", blocks: [] };
}
