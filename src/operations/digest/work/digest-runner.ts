import { z } from "zod";
import type { Journal } from "#src/journal/journal";
import { cursorAfter, cursorAt, type DigestCursor, digestOf, isQuiet } from "#src/operations/digest/digest";
import type { ServicePicture } from "#src/operations/digest/picture";
import type { OperationFinding, OperationOrder, OperationRunner } from "#src/operations/operation";
import type { OperationUseCases } from "#src/operations/use-cases";
import type { DomainClock } from "#src/release/clock";
import type { Recorded } from "#src/release/events";

const DAY_MS = 24 * 3_600_000;
/** How many digests back one is looked for that was sent: those after it have failed. */
const LOOK_BACK = 10;

const resultSchema = z.object({ told: z.object({ service: z.number(), agenda: z.number(), at: z.number() }) });

export type DigestDeps = {
  readonly journal: Pick<Journal, "transact">;
  readonly operations: Pick<OperationUseCases, "operation">;
  /** Never rejects: what can't be read stands in it. */
  readonly picture: (service: string) => Promise<ServicePicture>;
  readonly clock: DomainClock;
};

/**
 * The runner of kind `digest`: one message in the service's channel. Post and finding are committed together under the operation's own key,
 * so that a run which is worked on again after a crash finds what it sent and sends nothing more. Throws when the service's own facts could not
 * be read: another try may.
 */
export function createDigestRunner({ journal, operations, picture, clock }: DigestDeps): OperationRunner {
  return async (order, signal) => {
    const seen = await picture(order.service);
    signal.throwIfAborted();
    if (seen.facts === null) throw new Error(whyNot(seen));
    const now = clock.now();
    const since = (await lastTold(seen.facts.agenda, order)) ?? cursorAt(seen.facts, order.due - DAY_MS);
    const told = cursorAfter(seen.facts, now);
    const note = digestOf(seen, seen.facts, since, now);
    const key = `digest/${order.operation}`;
    signal.throwIfAborted();
    const { outcome } = await journal.transact<OperationFinding>(order.service, key, [], () => ({
      outcome: {
        verdict: note.unread.length > 0 ? "inconclusive" : "pass",
        summary: summaryOf(note),
        result: { told },
      },
      events: [],
      jobs: [],
      repaint: [],
      posts: [{ key, to: { kind: "channel", channel: order.channel }, note }],
    }));
    return outcome;
  };

  /** How far the newest digest told that was sent; null: none was. */
  async function lastTold(agenda: readonly Recorded[], order: OperationOrder): Promise<DigestCursor | null> {
    const closed = agenda
      .flatMap(({ event }) => (event.type === "operation-closed" && event.kind === "digest" ? [event.operation] : []))
      .filter((id) => id !== order.operation)
      .slice(-LOOK_BACK)
      .reverse();
    for (const id of closed) {
      const result = resultSchema.safeParse((await operations.operation(id))?.finished?.result);
      if (result.success) return result.data.told;
    }
    return null;
  }
}

const whyNot = ({ service, unread }: ServicePicture): string =>
  `What happened to ${service} could not be read${unread[0] === undefined ? "" : `: ${unread[0].why}`}`;

function summaryOf(note: ReturnType<typeof digestOf>): string {
  const unread = note.unread.length === 0 ? "" : `; not read: ${note.unread.map(({ what }) => what).join(", ")}`;
  if (isQuiet(note)) return "Nothing happened, nothing is waiting";
  return `${note.ran.length} ran, ${note.skipped.length} skipped, ${note.changed.length} changed, ${note.waiting.length} waiting${unread}`;
}
