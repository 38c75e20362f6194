import { z } from "zod";
import { OPERATION_NOTE_KINDS, type OperationNote } from "#src/operations/notes";
import { isOperationId, isProposalId, isWeekId, type OperationKind } from "#src/operations/operation";
import type { OperationState } from "#src/operations/state";
import type { OperationUseCases } from "#src/operations/use-cases";
import { weekOfSubject } from "#src/operations/week";
import type { WeekView } from "#src/operations/week-view";
import type { Person } from "#src/release/people";
import type { Message } from "#src/slack/blocks/elements";
import { operationLine, operationResult, operationSkips, operationsUnseen } from "#src/slack/blocks/operation-notes";
import { weekMessage } from "#src/slack/blocks/week-message";
import type { StoredNote } from "#src/slack/outbox-rows";
import type { Painting, Render } from "#src/slack/paint";

/** How a kind of operation shows itself. What it leaves out is shown plainly. */
export type OperationFace = {
  /** Its own message, subject `op_…`, for kinds that are told so; null: nothing to show yet. */
  readonly painted?: (
    operation: OperationState,
    now: number,
    isFirst: boolean,
  ) => Promise<Omit<Painting, "channel"> | null>;
  /** The post in the channel for a result that has to be seen. `onCall`: whom it may mention. */
  readonly loud?: (operation: OperationState, onCall: readonly Person[]) => Promise<Message>;
};
export type OperationFaces = Partial<Readonly<Record<OperationKind, OperationFace>>>;

type Deps = {
  readonly operations: Pick<OperationUseCases, "operation">;
  readonly week: (
    service: string,
    week: string,
  ) => Promise<{ readonly view: WeekView; readonly channel: string } | null>;
  readonly faces: OperationFaces;
  /** Paints proposals; left out: nobody makes any. */
  readonly proposals?: Render;
  /** Domain clock. */
  readonly now: () => number;
};

/** The painter's `render` for what runs by the clock; anything else by `others`. */
export function withOperations(deps: Deps, others: Render): Render {
  const { operations, faces, now } = deps;
  return async (subject, isFirst) => {
    if (isProposalId(subject)) return deps.proposals?.(subject, isFirst) ?? null;
    if (isWeekId(subject)) {
      const named = weekOfSubject(subject);
      const found = named === null ? null : await deps.week(named.service, named.week);
      const message = found === null ? null : weekMessage(found.view, now());
      return message === null || found === null ? null : { ...message, channel: found.channel };
    }
    if (!isOperationId(subject)) return others(subject, isFirst);
    const operation = await operations.operation(subject);
    const painted = operation === null ? undefined : faces[operation.kind]?.painted;
    if (operation === null || painted === undefined) return null;
    const message = await painted(operation, now(), isFirst);
    return message === null ? null : { ...message, channel: operation.channel };
  };
}

/** Our own rows: only the kind is checked. */
const ownSchema = z.custom<OperationNote>((value) => {
  return z.looseObject({ kind: z.enum(OPERATION_NOTE_KINDS) }).safeParse(value).success;
});
/** A wish for the story so far, as `message-rows` leaves it when somebody deleted a message. */
const storySchema = z.object({
  kind: z.literal("posted-again"),
  release: z.string().refine((subject) => isWeekId(subject) || isOperationId(subject)),
});

/** The channel is gone: as `channel-loss` leaves it. */
const unseenSchema = z.object({
  kind: z.literal("operations-unseen"),
  because: z.enum(["channel-archived", "bot-removed"]),
  channel: z.string(),
});

export type OperationNotes = {
  readonly operations: Pick<OperationUseCases, "operation">;
  readonly faces: OperationFaces;
  /** Who is on call for a service now. Throws while the directory doesn't answer: the note is sent later. */
  readonly onCall: (service: string) => Promise<readonly Person[]>;
};

/** The words of a stored note about an operation; null for any other note. */
export async function operationNote(deps: OperationNotes, { note, service }: StoredNote): Promise<Message | null> {
  if (storySchema.safeParse(note).success) {
    const text =
      "This message was posted again: the one before it was deleted. What came of each run is in the journal.";
    return { text, blocks: [] };
  }
  const unseen = unseenSchema.safeParse(note).data;
  if (unseen !== undefined) return operationsUnseen(service, unseen);
  const own = ownSchema.safeParse(note).data;
  if (own === undefined) return null;
  if (own.kind === "operation-skips") return operationSkips(own, service);
  if (own.kind === "operation-line") return operationLine(own);
  const onCall = own.verdict === "pass" ? [] : await deps.onCall(service);
  const loud = deps.faces[own.operationKind]?.loud;
  const operation = loud === undefined ? null : await deps.operations.operation(own.operation);
  if (loud === undefined || operation === null) return operationResult(own, service, onCall);
  return loud(operation, onCall);
}
