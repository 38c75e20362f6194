import { randomUUID } from "node:crypto";
import { toJournalError } from "#src/journal/database-errors";
import type { ModelLimits } from "#src/models/limiter";
import { closed, LimiterError, leaseLost } from "#src/models/limiter-error";
import type { LimitRows, Wanted } from "#src/models/limiter-sql";

/** A place in flight, ours from `startAt` (on the member's clock) until `leave`, or until `ended` says otherwise. */
export type Place = { readonly startAt: number; readonly ended: AbortSignal; leave(): void };

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
  /** Machine time in milliseconds; only differences count. */
  readonly now: () => number;
  /** For the log only. */
  readonly onError: (error: unknown) => void;
};

type Ticket = {
  wanted: Wanted;
  readonly since: number;
  state: "waits" | "holds" | "lost";
  readonly given: PromiseWithResolvers<Place>;
  readonly ended: AbortController;
};

/** In parts of a lease. Heard five times; a lost answer is asked for again soon. */
const HEARTBEAT = 1 / 5;
const RETRY = 1 / 50;
/** We let go before the database does: a call that is aborted has to be over when its place is given to another one. */
const OURS = 9 / 10;

export function createMember({ rows, limits, leaseMs, now, onError }: MemberOptions): Member {
  const tickets = new Set<Ticket>();
  /** A member that was lost is never taken up again: what it is told, or said, late means nothing to the next one. */
  let self = newSelf();
  /** Work that goes on although its place was lost: fewer others may run here. */
  let strays = 0;
  let asking: Promise<void> | null = null;
  let again = false;
  let shut = false;
  let lookTimer: NodeJS.Timeout | undefined;
  let leaseTimer: NodeJS.Timeout | undefined;

  const isOver = () => shut && tickets.size === 0;

  function nudge(): void {
    again = true;
    asking ??= ask();
  }

  async function ask(): Promise<void> {
    clearTimeout(lookTimer);
    let pauseMs = 0;
    while ((again || pauseMs === 0) && !isOver()) {
      again = false;
      pauseMs = await turn();
    }
    asking = null;
    if (isOver()) return;
    lookTimer = setTimeout(nudge, pauseMs);
    if (tickets.size === 0) lookTimer.unref();
  }

  /** Says everything that this process wants; answers in how many milliseconds to do so again. */
  async function turn(): Promise<number> {
    const { id, heardAt } = self;
    const said = [...tickets];
    const sentAt = now();
    self.turn += 1;
    const word = { member: id, join: heardAt === null, turn: self.turn, leaseMs };
    const workers = Math.max(0, limits.workers - strays);
    try {
      const wanted = said.map((ticket) => ticket.wanted);
      const answer = await rows.turn({ ...word, limits: { ...limits, workers }, wanted });
      if (self.id !== id) return 0;
      if (answer === null) {
        lose("the database no longer knew of it");
        return word.join ? leaseMs * RETRY : 0;
      }
      self.heardAt = sentAt;
      // From when the answer came: late by its way at most, never early.
      const at = now();
      for (const ticket of said) settle(ticket, answer.held.get(ticket.wanted.id), at);
      watchLease();
      return Math.max(1, Math.ceil(Math.min(leaseMs * HEARTBEAT, answer.lookInMs ?? Number.POSITIVE_INFINITY)));
    } catch (error) {
      onError(error);
      refuse(error);
      return leaseMs * (tickets.size > 0 ? RETRY : HEARTBEAT);
    }
  }

  function settle(ticket: Ticket, startsInMs: number | undefined, at: number): void {
    if (!tickets.has(ticket)) return;
    if (ticket.state === "holds" && startsInMs === undefined) drop(ticket, "its row is gone");
    if (ticket.state !== "waits" || startsInMs === undefined) return;
    ticket.state = "holds";
    ticket.given.resolve({ startAt: at + startsInMs, ended: ticket.ended.signal, leave: () => giveBack(ticket) });
  }

  function watchLease(): void {
    clearTimeout(leaseTimer);
    if (self.heardAt === null || ![...tickets].some(({ state }) => state === "holds")) return;
    const why = "the database could not be told in time that the call still runs";
    leaseTimer = setTimeout(lose, self.heardAt + leaseMs * OURS - now(), why);
  }

  /** Everything of this member may be gone: who holds a place is aborted, who waits stands in line again, as a new member. */
  function lose(why: string): void {
    clearTimeout(leaseTimer);
    self = newSelf();
    for (const ticket of tickets) {
      if (ticket.state === "holds") drop(ticket, why);
      else ticket.wanted = { ...ticket.wanted, id: randomUUID() };
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
    nudge();
  }

  /** Rejects everybody who waits, when waiting can't help; otherwise those who have waited for a lease in vain. */
  function refuse(error: unknown): void {
    const cause = toJournalError(error);
    const from = self.heardAt ?? Number.NEGATIVE_INFINITY;
    for (const ticket of tickets) {
      if (ticket.state !== "waits") continue;
      if (cause?.retryable === true && now() - Math.max(ticket.since, from) < leaseMs) continue;
      tickets.delete(ticket);
      ticket.given.reject(cause === null ? error : toLimiterError(cause));
    }
  }

  return {
    async enter(what, signal) {
      signal.throwIfAborted();
      if (shut) throw closed();
      const ticket: Ticket = {
        wanted: { id: randomUUID(), ...what },
        since: now(),
        state: "waits",
        given: Promise.withResolvers(),
        ended: new AbortController(),
      };
      const giveUp = () => {
        ticket.given.reject(signal.reason);
        if (ticket.state === "waits" && tickets.delete(ticket)) nudge();
      };
      signal.addEventListener("abort", giveUp, { once: true });
      tickets.add(ticket);
      nudge();
      try {
        return await ticket.given.promise;
      } finally {
        signal.removeEventListener("abort", giveUp);
      }
    },
    ring(member) {
      if (member === null ? tickets.size > 0 : member === self.id) nudge();
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
      await asking;
      clearTimeout(lookTimer);
      clearTimeout(leaseTimer);
      if (self.turn > 0) await rows.leave(self.id).catch(onError);
    },
  };
}

const newSelf = (): { readonly id: string; turn: number; heardAt: number | null } => ({
  id: randomUUID(),
  turn: 0,
  heardAt: null,
});

function toLimiterError(cause: { readonly retryable: boolean; readonly message: string }): LimiterError {
  return cause.retryable
    ? new LimiterError("unreachable", `No model call may start: ${cause.message}`, { cause })
    : new LimiterError("refused", `No model call may start: ${cause.message}`, { cause });
}
