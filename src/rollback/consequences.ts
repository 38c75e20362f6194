import type { JobRequest, Post } from "#src/journal/journal";
import type { Recorded } from "#src/release/events";
import type { RollbackEvent } from "#src/rollback/events";
import type { RollbackNote } from "#src/rollback/notes";
import type { RollbackState } from "#src/rollback/state";

export type RollbackConsequences = {
  readonly jobs: readonly JobRequest[];
  readonly repaint: readonly string[];
  readonly posts: readonly Post[];
};

/** The flip of a rollback: one, so that every retry means the same. */
export const rollbackFlipId = (rollback: string): string => `flip/${rollback}/1`;

/**
 * What follows from facts of a rollback that were just decided: the job that carries it out, its message, what its thread is told.
 * Keys are made of stream and version: the same facts never cause anything twice.
 */
export function consequencesOfRollback(
  after: RollbackState,
  facts: readonly Recorded<RollbackEvent>[],
): RollbackConsequences {
  const cause = ({ stream, version }: Recorded): string => `${stream}/${version}`;
  const about = { service: after.service, rollback: after.id };
  return {
    jobs: facts.flatMap((fact): JobRequest[] =>
      fact.event.type === "rollback-confirmed" ? [{ queue: "roll-back", cause: cause(fact), data: about }] : [],
    ),
    repaint: facts.length === 0 ? [] : [after.id],
    posts: facts.flatMap((fact): Post[] => {
      const note = noteOf(after, fact);
      const to = { kind: "thread", subject: after.id } as const;
      const posts: Post[] = note === null ? [] : [{ key: `${cause(fact)}/${note.kind}`, to, note }];
      // Broken glass is meant to be noticed by people who did not ask.
      if (note?.kind === "rollback-confirmed" && note.how === "break-glass") {
        const channel = { kind: "channel", channel: after.channel } as const;
        posts.push({ key: `${cause(fact)}/${note.kind}/loud`, to: channel, note });
      }
      // The document belongs into the thread when there is something to read in it.
      const isDocumented = fact.event.type === "rollback-ended" && fact.event.outcome !== "withdrawn";
      const files = isDocumented ? (["md", "html"] as const) : [];
      return [
        ...posts,
        ...files.map(
          (format): Post => ({
            key: `${cause(fact)}/incident-document/${format}`,
            to,
            note: { kind: "incident-document", rollback: after.id, format },
          }),
        ),
      ];
    }),
  };
}

function noteOf(after: RollbackState, { event, by }: Recorded<RollbackEvent>): RollbackNote | null {
  switch (event.type) {
    case "rollback-requested":
      return { kind: "rollback-requested", by, number: event.number, reason: event.reason };
    case "rollback-glass-asked":
      return { kind: "rollback-glass-asked", by };
    case "rollback-confirmed":
      return { kind: "rollback-confirmed", how: event.how, people: event.people, reason: event.reason };
    case "rollback-step-finished":
      return event.result.outcome === "failed"
        ? { kind: "rollback-step-failed", step: event.step, detail: event.result.detail }
        : null;
    case "rollback-ended":
      return { kind: "rollback-ended", number: after.number, outcome: event.outcome, says: event.says };
    default:
      return null;
  }
}
