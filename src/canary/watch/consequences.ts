import { breachSubject } from "#src/canary/canary-id";
import type { CanaryEvent } from "#src/canary/watch/events";
import type { CanaryNote } from "#src/canary/watch/notes";
import type { CanaryWatch } from "#src/canary/watch/state";
import type { Post } from "#src/journal/journal";
import type { Recorded } from "#src/release/events";
import type { Person } from "#src/release/people";
import { holdersOf, peopleOf } from "#src/release/rights";

export type CanaryConsequences = { readonly repaint: readonly string[]; readonly posts: readonly Post[] };

/**
 * What follows from facts of a canary that were just decided: its message and those of its breaches are painted again, its thread is told,
 * and directly whoever has to act. Keys are made of stream and version: the same facts never tell anything twice.
 */
export function consequencesOfCanary(after: CanaryWatch, facts: readonly Recorded<CanaryEvent>[]): CanaryConsequences {
  if (facts.length === 0) return { repaint: [], posts: [] };
  return {
    repaint: subjectsOf(after),
    posts: facts.flatMap((fact): Post[] => {
      const note = noteOf(after, fact);
      if (note === null) return [];
      const key = `${fact.stream}/${fact.version}/${note.kind}`;
      const direct = toldDirectly(after, note);
      return [
        { key, to: { kind: "thread", subject: after.id }, note },
        ...direct.map(({ id }): Post => ({ key: `${key}/${id}`, to: { kind: "person", user: id }, note })),
      ];
    }),
  };
}

/** Whom a note must reach wherever they are: a rollback that doesn't come leaves everybody with answers that are proven worse. */
function toldDirectly(after: CanaryWatch, note: CanaryNote): readonly Person[] {
  switch (note.kind) {
    case "breach-escalated":
      return note.to;
    case "canary-rollback-impeded":
    case "canary-rollback-given-up":
      return whoRollsBack(after);
    case "canary-blind":
      return whoIsOnCall(after);
    default:
      return [];
  }
}

/** Where nobody is, who may decide about the canary. */
function whoIsOnCall({ rights, members, onCall }: CanaryWatch): readonly Person[] {
  const people = peopleOf(members, onCall);
  return people.length > 0 ? people : holdersOf(rights, "canary", members);
}

const whoRollsBack = ({ rights, members }: CanaryWatch): readonly Person[] => holdersOf(rights, "rollback", members);

/** Everything that is painted of a canary: its own message, and one for each breach. */
export const subjectsOf = ({ id, breaches }: CanaryWatch): readonly string[] => [
  id,
  ...breaches.map(({ kpi }) => breachSubject(id, kpi)),
];

function noteOf(after: CanaryWatch, { event, by, at }: Recorded<CanaryEvent>): CanaryNote | null {
  switch (event.type) {
    case "canary-started": {
      const { number, candidate, baseline, policy, questions, caution } = event;
      return { kind: "canary-started", number, candidate, baseline, hours: policy.durationHours, questions, caution };
    }
    case "canary-paused":
    case "canary-resumed":
    case "canary-held":
      return { kind: event.type, by, reason: event.reason };
    case "canary-extended": {
      const { hours, reason } = event;
      return { kind: "canary-extended", by, hours, total: after.policy.durationHours, reason };
    }
    case "breach-acknowledged":
      return isMuted(after, event.kpi, at) ? null : { kind: "breach-acknowledged", by, kpi: event.kpi };
    case "breach-escalated": {
      const breach = after.breaches.find(({ kpi }) => kpi === event.kpi);
      if (breach === undefined) return null;
      const { type, ...escalated } = event;
      const { numbers, foundAt } = breach;
      return { kind: "breach-escalated", number: after.number, ...escalated, by, numbers, foundAt };
    }
    case "arm-silent":
      return { kind: "arm-silent", arm: event.arm, since: event.since };
    case "arm-heard":
      return { kind: "arm-heard", arm: event.arm };
    case "watch-blind":
      return { kind: "canary-blind", since: event.since, says: event.says };
    case "watch-sees":
      return { kind: "canary-sees" };
    case "rollback-triggered": {
      const { kpi, why, reason } = event;
      return { kind: "canary-rollback-triggered", kpi, why, reason, by };
    }
    case "rollback-impeded":
      return event.again === true ? null : { kind: "canary-rollback-impeded", says: event.says };
    case "rollback-begun":
      return event.despite === null ? null : { kind: "canary-rollback-begun", rollback: event.rollback };
    case "rollback-given-up": {
      const who = whoRollsBack(after);
      return { kind: "canary-rollback-given-up", says: event.says, who };
    }
    case "window-ended": {
      const who = holdersOf(after.rights, "canary", after.members);
      return { kind: "canary-window-ended", verdict: event.verdict, reasons: event.reasons, who };
    }
    case "canary-ended":
      return { kind: "canary-ended", as: event.as, says: event.says, by };
    case "standings-changed":
    // It is a message of its own.
    case "breach-found":
    case "breach-muted":
      return null;
  }
}

const isMuted = ({ breaches }: CanaryWatch, kpi: string, now: number): boolean =>
  breaches.some((each) => each.kpi === kpi && each.mutedUntil !== null && now < each.mutedUntil);
