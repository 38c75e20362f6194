import { randomUUID } from "node:crypto";
import type { Wanted } from "#src/models/limiter-sql";

/** A place in flight, ours from `startAt` (machine time) until `leave`, or until `ended` says otherwise. */
export type Place = { readonly startAt: number; readonly ended: AbortSignal; leave(): void };

/** One request in this process, from entering the line to leaving it. */
export type Ticket = {
  wanted: Wanted;
  /** Machine time. */
  readonly since: number;
  state: "waits" | "holds" | "lost";
  readonly given: PromiseWithResolvers<Place>;
  readonly ended: AbortController;
};

export function createTicket(what: Pick<Wanted, "priority" | "calls">, since: number): Ticket {
  return {
    wanted: { id: randomUUID(), ...what },
    since,
    state: "waits",
    given: Promise.withResolvers(),
    ended: new AbortController(),
  };
}

/** For another member: what the database still knows by the old name is not this one. */
export function rename(ticket: Ticket): void {
  ticket.wanted = { ...ticket.wanted, id: randomUUID() };
}
