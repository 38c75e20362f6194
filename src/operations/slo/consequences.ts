import type { Post } from "#src/journal/journal";
import type { SloEvent } from "#src/operations/slo/events";
import { alertSubject, type SloNote } from "#src/operations/slo/notes";
import { isSloRecord, type SloState } from "#src/operations/slo/state";
import type { Recorded } from "#src/release/events";

export type SloConsequences = { readonly repaint: readonly string[]; readonly posts: readonly Post[] };

/**
 * What follows from facts about SLOs that were just decided: an alert's own message is painted, or the week's thread is told. `after`: the state
 * with these facts in it. Keys are made of stream and version: the same facts never tell anything twice.
 */
export function consequencesOfSlos(
  service: string,
  after: SloState,
  facts: readonly Recorded[],
  channel: string,
): SloConsequences {
  const own = facts.filter(isSloRecord);
  return {
    repaint: own.flatMap((fact) => subjectOf(service, after, fact) ?? []),
    posts: own.flatMap((fact) => postOf(after, fact, own, channel) ?? []),
  };
}

function subjectOf(service: string, after: SloState, { event, version }: Recorded<SloEvent>): string | null {
  if (event.type === "slo-burning") return event.thread === null ? alertSubject(service, { version }) : null;
  if (event.type !== "slo-calm") return null;
  const alert = newestOf(after, event);
  return alert === undefined || alert.thread !== null ? null : alertSubject(service, alert);
}

/** The alert that was ended: another one may have begun in the same look. */
const newestOf = ({ alerts }: SloState, { slo, severity }: Extract<SloEvent, { type: "slo-calm" }>) =>
  alerts.findLast(({ burn, calm }) => calm !== null && burn.slo === slo && burn.severity === severity);

function postOf(
  after: SloState,
  { event, stream, version }: Recorded<SloEvent>,
  own: readonly Recorded<SloEvent>[],
  channel: string,
): Post | null {
  const post = (note: SloNote, to: Post["to"]): Post => ({ key: `${stream}/${version}/${note.kind}`, to, note });
  const place = ({
    thread,
    channel: where,
  }: {
    readonly thread: string | null;
    readonly channel: string;
  }): Post["to"] => (thread === null ? { kind: "channel", channel: where } : { kind: "thread", subject: thread });
  switch (event.type) {
    case "slo-burning":
      if (event.thread === null) return null;
      return post({ kind: "slo-ticket", slo: event.burn.slo, says: event.says }, place(event));
    case "slo-calm": {
      const thread = newestOf(after, event)?.thread ?? null;
      if (thread === null) return null;
      return post({ kind: "slo-calm", slo: event.slo, says: event.says }, { kind: "thread", subject: thread });
    }
    case "slo-spent": {
      const isLocked = own.some((fact) => fact.event.type === "slo-locked" && fact.event.slo === event.slo);
      const lock = isLocked ? "locked" : event.locks ? "waits" : null;
      return post({ kind: "slo-spent", slo: event.slo, says: event.says, lock }, place(event));
    }
    case "slo-locked": {
      // Said with the budget itself where both came at once.
      if (own.some((fact) => fact.event.type === "slo-spent" && fact.event.slo === event.slo)) return null;
      const says = after.spent.find(({ slo }) => slo === event.slo)?.says ?? "";
      return post({ kind: "slo-locked", slo: event.slo, says }, { kind: "channel", channel });
    }
    case "slo-restored":
      return post({ kind: "slo-restored", slo: event.slo, says: event.says, whole: event.whole }, place(event));
  }
}
