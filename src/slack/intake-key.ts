import { createHash } from "node:crypto";

/** What tells one delivery of a click, command, submission or event from another one. */
export type Delivery = {
  readonly kind: "action" | "command" | "view" | "event";
  readonly user: string;
  /** Action id, command name, callback id or event type. */
  readonly what: string;
  /**
   * Slack's id of this one occurrence: the trigger id of a click or command, the view id of a submission (a double
   * press of Submit has two trigger ids), the event id of an event.
   */
  readonly occurrence: string;
};

/** The journal's intake key: the same delivery twice has the same key, on whichever replica it arrives. */
export function intakeKey(delivery: Delivery): string {
  const parts = [delivery.kind, delivery.user, delivery.what, delivery.occurrence];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}
