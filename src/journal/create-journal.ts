import type { Pool, PoolClient } from "pg";
import { writeBody } from "#src/journal/body";
import { toJournalError } from "#src/journal/database-errors";
import { commitDecision, openDecision } from "#src/journal/decision-sql";
import type { Decider, Decision, JobRequest, Journal, NewEvent } from "#src/journal/journal";
import { JournalError } from "#src/journal/journal-error";
import { queryPrepared } from "#src/journal/prepared";
import { createStreamCache, type StoredEvent } from "#src/journal/stream-cache";
import { createWaitingLines } from "#src/journal/waiting-line";
import type { Recorded } from "#src/release/events";

/** Runs one statement in somebody's transaction. */
export type RunSql = (text: string, values?: unknown[]) => Promise<{ rows: unknown[] }>;

/** Sends jobs inside the caller's transaction: they exist when it commits, and never did when it doesn't. */
export interface JobSender {
  send(jobs: readonly JobRequest[], run: RunSql): Promise<void>;
}

export type JournalParts = {
  readonly pool: Pool;
  readonly jobs: JobSender;
  /** Milliseconds of a clock that never goes back: how long somebody has waited for their turn. */
  readonly now?: () => number;
};

type Answer<O> = { readonly outcome: O; readonly repeated: boolean };

/** How often a decision is taken again because another transaction was faster. */
const ATTEMPTS = 3;

function writeBodies(
  service: string,
  events: readonly NewEvent[],
  streams: ReadonlyMap<string, readonly Recorded[]>,
): string[] {
  const versions = new Map([...streams].map(([name, recorded]) => [name, recorded.length]));
  return events.map((event) => {
    const version = versions.get(event.stream);
    if (version === undefined) throw new Error(`a decision appends to ${event.stream}, a stream it did not ask for`);
    versions.set(event.stream, version + 1);
    return writeBody(service, version + 1, event);
  });
}

async function commit(client: PoolClient): Promise<void> {
  let tag: string;
  try {
    tag = (await client.query("COMMIT")).command;
  } catch (cause) {
    const known = toJournalError(cause);
    if (known?.code !== "unreachable") throw cause;
    throw new JournalError(
      "outcome-unknown",
      true,
      "The database went away while the decision was being committed. Try again: if it was committed, you get its outcome.",
      { cause },
    );
  }
  // Postgres answers COMMIT of a failed transaction with ROLLBACK, not with an error.
  if (tag !== "COMMIT") throw new JournalError("failed", true, "The decision could not be committed. Try again.");
}

const isEmpty = (decision: Decision<unknown>): boolean =>
  decision.events.length + decision.jobs.length + decision.repaint.length + decision.posts.length === 0;

/**
 * The journal on Postgres. One decision is one transaction under the service's row lock: open (lock, intake, newer
 * events), decide, send jobs, write everything, commit. The database role is `golive_app`.
 */
export function createJournal({ pool, jobs, now = () => performance.now() }: JournalParts): Journal {
  const cache = createStreamCache();
  const inLine = createWaitingLines(now);
  const listeners: (() => void)[] = [];

  function assemble(streams: readonly string[], events: readonly StoredEvent[]): Map<string, readonly Recorded[]> {
    const byStream = Map.groupBy(events, (event) => event.stream);
    return new Map(streams.map((stream) => [stream, cache.extend(stream, byStream.get(stream) ?? [])]));
  }

  async function decideOn<O>(
    client: PoolClient,
    service: string,
    key: string | null,
    streams: readonly string[],
    decide: Decider<O>,
  ): Promise<Answer<O>> {
    await client.query("BEGIN ISOLATION LEVEL READ COMMITTED");
    const opened = await openDecision(client, service, key, streams, cache);
    if (opened.outcome !== null) {
      await client.query("ROLLBACK");
      return { outcome: JSON.parse(opened.outcome), repeated: true };
    }
    const known = assemble(streams, opened.events);
    const decision = decide(known);
    const { outcome, events, repaint, posts } = decision;
    const empty = isEmpty(decision);
    if (empty && key === null) {
      await client.query("ROLLBACK");
      return { outcome, repeated: false };
    }
    const bodies = writeBodies(service, events, known);
    if (decision.jobs.length > 0) await jobs.send(decision.jobs, (text, values) => queryPrepared(client, text, values));
    await commitDecision(client, { service, key, outcome, bodies, repaint, posts });
    await commit(client);
    // Not called here and now: a listener that throws must not make a committed decision look failed.
    if (!empty) for (const listener of listeners) queueMicrotask(listener);
    return { outcome, repeated: false };
  }

  async function attempt<O>(
    service: string,
    key: string | null,
    streams: readonly string[],
    decide: Decider<O>,
  ): Promise<Answer<O>> {
    const client = await pool.connect();
    let broken = false;
    // Without a listener, a connection that breaks between two statements would end the process.
    const onBreak = () => {
      broken = true;
    };
    client.on("error", onBreak);
    try {
      return await decideOn(client, service, key, streams, decide);
    } catch (error) {
      const code = toJournalError(error)?.code;
      // A connection that gave no answer gives none to ROLLBACK either: it is closed, and the server rolls back.
      if (code === "unreachable" || code === "outcome-unknown") broken = true;
      else await client.query("ROLLBACK").catch(onBreak);
      throw error;
    } finally {
      client.off("error", onBreak);
      client.release(broken);
    }
  }

  return {
    async transact(service, key, streams, decide) {
      const wanted = [...new Set(streams)];
      for (let left = ATTEMPTS; ; left--) {
        try {
          return await inLine(service, () => attempt(service, key, wanted, decide));
        } catch (error) {
          const known = toJournalError(error);
          if (known === null) throw error;
          if (known.code !== "conflict" || left <= 1) throw known;
          cache.forget(wanted);
        }
      }
    },

    async load(stream) {
      try {
        const { rows } = await pool.query<StoredEvent>(
          "SELECT stream, version, body FROM golive.journal WHERE stream = $1 AND version > $2 ORDER BY version",
          [stream, cache.known(stream)],
        );
        return cache.extend(stream, rows);
      } catch (error) {
        throw toJournalError(error) ?? error;
      }
    },

    onCommit(listener) {
      listeners.push(listener);
    },
  };
}
