import canonicalize from "canonicalize";
import { z } from "zod";
import type { NewEvent } from "#src/journal/journal";
import { JournalError } from "#src/journal/journal-error";
import { assertStorable } from "#src/journal/storable";
import type { DomainEvent, Recorded } from "#src/release/events";

/** Every event type this program knows. A missing or superfluous one doesn't compile. */
const EVENT_TYPES: Readonly<Record<DomainEvent["type"], true>> = {
  "release-started": true,
  "manifest-frozen": true,
  "check-requested": true,
  "check-started": true,
  "check-finished": true,
  "evaluation-requested": true,
  "evaluation-started": true,
  "evaluation-stopped": true,
  "evaluation-ended": true,
  signed: true,
  "sign-off-withdrawn": true,
  "sign-off-voided": true,
  vetoed: true,
  "veto-lifted": true,
  "break-glass-asked": true,
  "glass-broken": true,
  waived: true,
  "members-resolved": true,
  "policy-changed": true,
  paused: true,
  resumed: true,
  "cutover-requested": true,
  "cutover-stopped": true,
  "flip-intended": true,
  "flip-settled": true,
  "went-live": true,
  "release-cancelled": true,
  "release-failed": true,
  "release-opened": true,
  "release-closed": true,
  "run-adopted": true,
  "pointer-flipped": true,
  "service-locked": true,
  "service-unlocked": true,
  "rollback-opened": true,
  "rollback-closed": true,
  "pointer-rolled-back": true,
  "pointer-moved": true,
  "rollback-requested": true,
  "rollback-glass-asked": true,
  "rollback-confirmed": true,
  "rollback-flip-intended": true,
  "rollback-flip-settled": true,
  "rollback-step-started": true,
  "rollback-step-finished": true,
  "rollback-ended": true,
  "canary-opened": true,
  "canary-closed": true,
  "canary-started": true,
  "standings-changed": true,
  "breach-found": true,
  "breach-acknowledged": true,
  "breach-muted": true,
  "breach-escalated": true,
  "canary-held": true,
  "canary-paused": true,
  "canary-resumed": true,
  "canary-extended": true,
  "arm-silent": true,
  "arm-heard": true,
  "watch-blind": true,
  "watch-sees": true,
  "rollback-triggered": true,
  "rollback-impeded": true,
  "rollback-begun": true,
  "rollback-given-up": true,
  "window-ended": true,
  "canary-ended": true,
  "baseline-set": true,
  "evaluations-pruned": true,
  "schedule-set": true,
  "operation-opened": true,
  "operation-closed": true,
  "fire-skipped": true,
  "proposal-opened": true,
  "proposal-closed": true,
  "operation-requested": true,
  "operation-finished": true,
  "sop-step-started": true,
  "sop-step-done": true,
  "proposal-made": true,
  "proposal-accepted": true,
  "proposal-declined": true,
  "proposal-stale": true,
  "proposal-expired": true,
  "proposal-written": true,
  "proposal-released": true,
  "proposal-left-to-people": true,
  "proposal-failed": true,
  "slo-burning": true,
  "slo-calm": true,
  "slo-spent": true,
  "slo-locked": true,
  "slo-restored": true,
};

const bodySchema = z.strictObject({
  stream: z.string(),
  version: z.int().positive(),
  service: z.string(),
  type: z.string(),
  at: z.iso.datetime(),
  by: z.strictObject({
    id: z.string(),
    name: z.string(),
    kind: z.enum(["member", "guest", "stranger", "bot", "deactivated", "unknown"]),
    via: z.string().exactOptional(),
  }),
  data: z.record(z.string(), z.unknown()),
});

/** The event's fields were written by this program and are covered by the chain: the type decides what they are. */
function isDomainEvent(event: { readonly type: string }): event is DomainEvent {
  return Object.hasOwn(EVENT_TYPES, event.type);
}

/** RFC 8785 text. `value` has passed `assertStorable`. */
export function canonicalText(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new JournalError("unstorable", false, "There is nothing to store.");
  return text;
}

/**
 * The exact text that is stored and hashed: {stream, version, service, type, at (ISO 8601, UTC, milliseconds), by, data}.
 * Throws `JournalError` `unstorable`.
 */
export function writeBody(service: string, version: number, { stream, at, by, event }: NewEvent): string {
  const { type, ...data } = event;
  if (!Number.isInteger(at) || Math.abs(at) > 8.64e15) {
    throw new JournalError("unstorable", false, `The time of ${type} is ${at}, not whole epoch milliseconds.`);
  }
  const body = { stream, version, service, type, at: new Date(at).toISOString(), by, data };
  assertStorable(body, type);
  return canonicalText(body);
}

/** The event in a stored text. Throws `JournalError` `unreadable` for what this program doesn't know. */
export function readBody(text: string): Recorded {
  const parsed = bodySchema.safeParse(JSON.parse(text));
  if (!parsed.success) {
    const what = z.prettifyError(parsed.error);
    throw new JournalError(
      "unreadable",
      false,
      `The journal holds a row that is no event. Run \`golive audit verify\`. ${what}`,
    );
  }
  const { stream, version, type, at, by, data } = parsed.data;
  const event = { ...data, type };
  if (!isDomainEvent(event)) {
    throw new JournalError(
      "unreadable",
      false,
      `The journal holds an event of type "${type}" (${stream}, version ${version}), which this version of golive doesn't ` +
        "know. Run the newer version.",
    );
  }
  return { stream, version, at: Date.parse(at), by, event };
}
