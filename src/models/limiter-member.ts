import { randomUUID } from "node:crypto";
import { toJournalError } from "#src/journal/database-errors";
import { createDatabaseTime } from "#src/models/database-time";
import type { ModelLimits } from "#src/models/limiter";
import { createAskLoop } from "#src/models/limiter-ask-loop";
import { closed, leaseLost, toLimiterError } from "#src/models/limiter-error";
import type { LimitRows, Wanted } from "#src/models/limiter-sql";
import { createTicket, type Place, rename, type Ticket } from "#src/models/limiter-ticket";
import type { MachineClock } from "#src/models/machine-clock";

/** This process in the line for model calls: says what it wants and does, and lets go of what it may have lost. */
export interface Member {
  enter(what: Pick<Wanted, "priority" | "calls">, signal: AbortSignal): Promise<Place>;
  /** A notification: this member (or, with null, anybody) was given a place. */
  ring(member: string | null): void;
  /** Rejects who waits, aborts who runs; nobody enters any more. */
  shut(): void;
  /** The last word, when everybody has left. */
  leave(): Promise<void>;
}

export type MemberOptions = {
  readonly rows: LimitRows;
  readonly limits: ModelLimits;
  /** How long the database keeps what it doesn't hear of. */
  readonly leaseMs: number;
  readonly clock: MachineClock;
  /** For the log only. */
  readonly onError: (error: unknown) => void;
};

/** In parts of a lease. Heard five times; a lost answer is asked for again soon. */
const HEARTBEAT = 1 / 5;
const RETRY = 1 / 50;
/** We let go before the database does: a call that is aborted has to be over when its place is given to another one. */
const OURS = 9 / 10;

export function createMember({ rows, limits, leaseMs, clock, onError }: MemberOptions): Member {
  const tickets = new Set<Ticket>();
  const time = createDatabaseTime();
  /** A member that was lost is never taken up again: what it is told, or said, late means nothing to the next one. */
  let self = newSelf();
  /** Work that goes on although its place was lost: fewer others may run here. */
  let strays = 0;
  let shut = false;
  let failing = false;
  let cancelLease = () => {};

  const loop = createAskLoop({ turn, clock, isOver: () => shut && tickets.size === 0 });

  /** Says everything that this process wants; answers in how many milliseconds to do so again. */
  async function turn(): Promise<number> {
    const { id, heardAt } = self;
    const said = [...tickets];
    const sentAt = clock.now();
    self.turn += 1;
    const word = { member: id, join: heardAt === null, turn: self.turn, leaseMs };
    const workers = Math.max(0, limits.workers - strays);
    try {
      const wanted = said.map((ticket) => ticket.wanted);
      const answer = await rows.turn({ ...word, limits: { ...limits, workers }, wanted });
      failing = false;
      if (self.id !== id) return 0;
      if (answer === null) {
        lose("the database no longer knew of it");
        return word.join ? leaseMs * RETRY : 0;
      }
      const at = clock.now();
      if (at - sentAt >= leaseMs * OURS) {
        lose("the database took too long to answer");
        return 0;
      }
      self.heardAt = sentAt;
      time.heard(answer.now, at);
      for (const ticket of said) settle(ticket, answer.held.get(ticket.wanted.id), answer.now);
      watchLease();
      const lookAt = answer.lookInMs === null ? Number.POSITIVE_INFINITY : time.toMachine(answer.now + answer.lookInMs);
      return Math.max(1, Math.ceil(Math.min(leaseMs * HEARTBEAT, lookAt - at)));
    } catch (error) {
      // Once: it is asked again several times a second.
      if (!failing) onError(error);
      failing = true;
      refuse(error);
      return leaseMs * (tickets.size > 0 ? RETRY : HEARTBEAT);
    }
  }

  function settle(ticket: Ticket, startsInMs: number | undefined, theirNow: number): void {
    if (!tickets.has(ticket)) return;
    if (ticket.state === "holds" && startsInMs === undefined) drop(ticket, "its row is gone");
    if (ticket.state !== "waits" || startsInMs === undefined) return;
    ticket.state = "holds";
    const startAt = time.toMachine(theirNow + startsInMs);
    ticket.given.resolve({ startAt, ended: ticket.ended.signal, leave: () => giveBack(ticket) });
  }

  function watchLease(): void {
    cancelLease();
    if (self.heardAt === null || ![...tickets].some(({ state }) => state === "holds")) return;
    const why = "the database could not be told in time that the call still runs";
    cancelLease = clock.after(self.heardAt + leaseMs * OURS - clock.now(), () => lose(why));
  }

  /** Everything of this member may be gone: who holds a place is aborted, who waits stands in line again, as a new member. */
  function lose(why: string): void {
    cancelLease();
    self = newSelf();
    for (const ticket of tickets) {
      if (ticket.state === "holds") drop(ticket, why);
      else rename(ticket);
    }
  }

  function drop(ticket: Ticket, why: string): void {
    const lost = leaseLost(why);
    tickets.delete(ticket);
    ticket.state = "lost";
    strays += 1;
    ticket.ended.abort(lost);
    onError(lost);
  }

  function giveBack(ticket: Ticket): void {
    if (ticket.state === "lost") strays -= 1;
    tickets.delete(ticket);
    loop.nudge();
  }

  /** Rejects everybody who waits, when waiting can't help; otherwise those who have waited for a lease in vain. */
  function refuse(error: unknown): void {
    const cause = toJournalError(error);
    const from = self.heardAt ?? Number.NEGATIVE_INFINITY;
    for (const ticket of tickets) {
      if (ticket.state !== "waits") continue;
      if (cause?.retryable === true && clock.now() - Math.max(ticket.since, from) < leaseMs) continue;
      tickets.delete(ticket);
      ticket.given.reject(cause === null ? error : toLimiterError(cause));
    }
  }

  return {
    async enter(what, signal) {
      signal.throwIfAborted();
      if (shut) throw closed();
      const ticket = createTicket(what, clock.now());
      const giveUp = () => {
        ticket.given.reject(signal.reason);
        if (ticket.state === "waits" && tickets.delete(ticket)) loop.nudge();
      };
      signal.addEventListener("abort", giveUp, { once: true });
      tickets.add(ticket);
      loop.nudge();
      try {
        return await ticket.given.promise;
      } finally {
        signal.removeEventListener("abort", giveUp);
      }
    },
    ring(member) {
      if (member === null ? tickets.size > 0 : member === self.id) loop.nudge();
    },
    shut() {
      shut = true;
      for (const ticket of tickets) {
        if (ticket.state === "holds") ticket.ended.abort(closed());
        else {
          tickets.delete(ticket);
          ticket.given.reject(closed());
        }
      }
    },
    async leave() {
      await loop.stop();
      cancelLease();
      if (self.turn > 0) await rows.leave(self.id).catch(onError);
    },
  };
}

const newSelf = (): { readonly id: string; turn: number; heardAt: number | null } => ({
  id: randomUUID(),
  turn: 0,
  heardAt: null,
});
