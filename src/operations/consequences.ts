import type { JobRequest, Post } from "#src/journal/journal";
import type { AgendaEvent, OperationEvent } from "#src/operations/events";
import { unwantedSkips } from "#src/operations/evolve-agenda";
import { KINDS } from "#src/operations/kinds";
import type { OperationNote } from "#src/operations/notes";
import type { AgendaState, OperationState } from "#src/operations/state";
import { weekSubject } from "#src/operations/week";
import type { Recorded } from "#src/release/events";

export type OperationConsequences = {
  readonly jobs: readonly JobRequest[];
  readonly repaint: readonly string[];
  readonly posts: readonly Post[];
};

/**
 * What follows from facts that were just decided: the job of a run that begins, the week's message (and the run's own, where its kind has
 * one) painted again, its result told, and, once, that fires in a row became no run. `before`: the agenda without them. `channel`: of the fire; null:
 * these are no facts of one. Keys are made of stream and version: the same facts never do
 * anything twice.
 */
export function consequencesOfOperation(
  before: AgendaState,
  operation: OperationState | null,
  facts: readonly Recorded<AgendaEvent | OperationEvent>[],
  channel: string | null,
): OperationConsequences {
  const { service } = before;
  const jobs: JobRequest[] = [];
  const repaint: string[] = [];
  const posts: Post[] = [];
  const weeks = new Map(Object.values(before.entries).map(({ open }) => [open?.operation, open?.week]));
  for (const { stream, version, event } of facts) {
    switch (event.type) {
      case "operation-opened":
        repaint.push(weekSubject(service, event.week));
        break;
      case "fire-skipped":
        repaint.push(weekSubject(service, event.week));
        if (channel !== null) posts.push(...skipsTold(before, event, channel, `${stream}/${version}`));
        break;
      case "operation-requested":
        jobs.push({
          queue: "run-operation",
          cause: `${stream}/${version}`,
          data: { service, operation: event.operation },
        });
        if (KINDS[event.kind].told === "own") repaint.push(event.operation);
        break;
      case "operation-finished": {
        if (operation === null) break;
        const week = weeks.get(operation.id);
        const subject = week === undefined ? null : weekSubject(service, week);
        if (subject !== null) repaint.push(subject);
        if (KINDS[operation.kind].told === "own") repaint.push(operation.id);
        posts.push(...postsOf(operation, event, subject, `${stream}/${version}`));
        break;
      }
      case "sop-step-started":
      case "sop-step-done":
        if (operation !== null && KINDS[operation.kind].told === "own") repaint.push(operation.id);
        break;
      default:
        break;
    }
  }
  return { jobs, repaint: [...new Set(repaint)], posts };
}

/** So many fires in a row that became no run are told, once: the week's message has them, but nobody waits for a row that isn't green. */
const MANY_SKIPS = 3;

function skipsTold(
  { entries }: AgendaState,
  event: Extract<AgendaEvent, { type: "fire-skipped" }>,
  channel: string,
  key: string,
): readonly Post[] {
  const { skips } = entries[event.kind];
  const fires = skips + unwantedSkips(event);
  if (skips >= MANY_SKIPS || fires < MANY_SKIPS) return [];
  const note: OperationNote = { kind: "operation-skips", operationKind: event.kind, fires, says: event.says };
  return [{ key: `${key}/${note.kind}`, to: { kind: "channel", channel }, note }];
}

/** A pass is a line in the week's thread; anything else is told in the channel, unless the run's own message says it. */
function postsOf(
  { id, kind, number, channel }: OperationState,
  { verdict, summary }: Extract<OperationEvent, { type: "operation-finished" }>,
  week: string | null,
  key: string,
): readonly Post[] {
  const { told } = KINDS[kind];
  const result = { operation: id, operationKind: kind, number, verdict, summary };
  const post = (to: Post["to"], note: OperationNote): Post => ({ key: `${key}/${note.kind}`, to, note });
  if (told === "always" || (told === "unless-pass" && verdict !== "pass")) {
    return [post({ kind: "channel", channel }, { kind: "operation-result", ...result })];
  }
  if (verdict !== "pass" || week === null) return [];
  return [post({ kind: "thread", subject: week }, { kind: "operation-line", ...result })];
}
