import type { DomainEvent, Recorded } from "#src/release/events";
import type { Person } from "#src/release/people";

/** An event on its way into the journal. `at` in epoch milliseconds from the domain clock. */
export type NewEvent = {
  readonly stream: string;
  readonly at: number;
  readonly by: Person;
  readonly event: DomainEvent;
};

export const QUEUES = [
  "freeze-manifest",
  "run-check",
  "evaluate",
  "stop-evaluation",
  "cut-over",
  "roll-back",
  "start-canary",
  "run-operation",
  "apply-proposal",
  "revalidate",
] as const;
export type QueueName = (typeof QUEUES)[number];

/** The schema of pg-boss's tables, owned by `golive_owner` like everything else. */
export const JOBS_SCHEMA = "golive_jobs";

/** A job caused by an event. Its id is the UUIDv5 of (`cause`, queue): the same cause never makes two jobs. */
export type JobRequest = {
  readonly queue: QueueName;
  readonly cause: string;
  readonly data: Readonly<Record<string, string | number | null>>;
};

/** A one-shot post. `key` is deterministic, so that a retry never posts twice. `note` is rendered when it is sent. */
export type Post = {
  readonly key: string;
  readonly to:
    | { readonly kind: "thread"; readonly subject: string }
    | { readonly kind: "person"; readonly user: string }
    /** An announcement: a message of its own, which is not updated. */
    | { readonly kind: "channel"; readonly channel: string };
  readonly note: { readonly kind: string; readonly [field: string]: unknown };
};

/** What a decision leaves behind, all in one transaction. `outcome` is JSON; a redelivery gets the stored one back. */
export type Decision<O> = {
  readonly outcome: O;
  readonly events: readonly NewEvent[];
  readonly jobs: readonly JobRequest[];
  /** Subjects (release ids) whose message must be painted again. */
  readonly repaint: readonly string[];
  readonly posts: readonly Post[];
};

export type Decider<O> = (streams: ReadonlyMap<string, readonly Recorded[]>) => Decision<O>;

/** The append-only journal, as the use cases see it. */
export interface Journal {
  /**
   * Takes the service's row lock, answers a known intake key with its stored outcome, else loads the named streams, lets
   * `decide` decide, and commits events, jobs, repaints, posts and the intake row together.
   * `key` null: no deduplication. Throws `JournalError` (code, retryable) when the database can't be reached.
   */
  transact<O>(
    service: string,
    key: string | null,
    streams: readonly string[],
    decide: Decider<O>,
  ): Promise<{ outcome: O; repeated: boolean }>;
  /** The events of one stream in order; empty when there is none. */
  load(stream: string): Promise<readonly Recorded[]>;
  /** Called after each commit that appended or wanted something, in this process only: a nudge, not a promise. */
  onCommit(listener: () => void): void;
}
