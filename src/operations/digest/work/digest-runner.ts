import { z } from "zod";
import {
  cursorAfter,
  cursorAt,
  type DigestCursor,
  type DigestNote,
  digestOf,
  isQuiet,
} from "#src/operations/digest/digest";
import type { ServicePicture } from "#src/operations/digest/picture";
import type { OperationOrder, OperationRunner } from "#src/operations/operation";
import type { OperationUseCases } from "#src/operations/use-cases";
import type { DomainClock } from "#src/release/clock";
import type { Recorded } from "#src/release/events";

const DAY_MS = 24 * 3_600_000;
/** How many digests back one is looked for that was sent: those after it have failed. */
const LOOK_BACK = 10;

const resultSchema = z.object({ told: z.object({ service: z.number(), agenda: z.number(), at: z.number() }) });

/** A digest's own finding: how far it told, and what. */
const toldSchema = z.object({ note: z.custom<DigestNote>((value) => noteShape.safeParse(value).success) });
/** Our own rows: only the kind is checked. */
const noteShape = z.looseObject({ kind: z.literal("digest") });

export type DigestDeps = {
  readonly operations: Pick<OperationUseCases, "operation">;
  /** Never rejects: what can't be read stands in it. */
  readonly picture: (service: string) => Promise<ServicePicture>;
  readonly clock: DomainClock;
};

/**
 * The runner of kind `digest`. What it tells is its finding, which is journalled and posted in one decision: worked on again after a crash it is
 * posted once. Throws when the service's own facts could not be read: another try may.
 */
export function createDigestRunner({ operations, picture, clock }: DigestDeps): OperationRunner {
  return async (order, signal) => {
    const seen = await picture(order.service);
    signal.throwIfAborted();
    if (seen.facts === null) throw new Error(whyNot(seen));
    const now = clock.now();
    const told = await lastTold(seen.facts.agenda, order);
    const since = told ?? cursorAt(seen.facts, order.due - DAY_MS);
    const note = digestOf(seen, seen.facts, since, now, told === null);
    const result = z.record(z.string(), z.json()).parse(asJson({ told: cursorAfter(seen.facts, now), note }));
    return { verdict: note.unread.length > 0 ? "inconclusive" : "pass", summary: summaryOf(note), result };
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

/** What a finished digest told; null: it did not come to that. */
export const digestOfResult = (result: unknown): DigestNote | null => toldSchema.safeParse(result).data?.note ?? null;

/** As the journal keeps it: what is undefined isn't there. */
const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

const whyNot = ({ service, unread }: ServicePicture): string =>
  `What happened to ${service} could not be read${unread[0] === undefined ? "" : `: ${unread[0].why}`}`;

function summaryOf(note: DigestNote): string {
  const unread = note.unread.length === 0 ? "" : `; not read: ${note.unread.map(({ what }) => what).join(", ")}`;
  if (isQuiet(note)) return "Nothing happened, nothing is waiting";
  return `${note.ran.length} ran, ${note.skipped.length} skipped, ${note.changed.length} changed, ${note.waiting.length} waiting${unread}`;
}
