export type Operation =
  | "Converse"
  | "ConverseStream"
  | "InvokeModel"
  | "GetFoundationModel"
  | "GetInferenceProfile"
  | "unknown";

/** One request, as the server saw it. No prompt and no credentials are in it. */
export type Entry = {
  readonly id: number;
  readonly operation: Operation;
  readonly model: string;
  /** Epoch milliseconds with fractions, of a clock that never goes back. */
  readonly arrivedAt: number;
  /** Requests to models under way at arrival, this one included. */
  readonly inFlight: number;
  /** What was done to it on purpose. */
  readonly fault: string | null;
  readonly status: number | null;
  readonly firstByteAt: number | null;
  readonly endedAt: number | null;
  /** The client closed the connection before the answer was complete. */
  readonly aborted: boolean;
};

export type Tracked = {
  readonly entry: Entry;
  fault(kind: string): void;
  firstByte(status: number): void;
  /** The answer is complete, or the connection is gone. Later calls change nothing. */
  end(aborted: boolean): void;
};

export type RequestLog = {
  /** Oldest first; the newest 200,000. */
  entries(sinceId?: number): readonly Entry[];
  /** Requests to models under way. */
  inFlight(): number;
  /** Resolves when `count` requests have arrived since the log began or was cleared, with the last of them. */
  arrived(count: number): Promise<Entry>;
  /** Resolves when `count` requests have ended. */
  ended(count: number): Promise<void>;
  clear(): void;
  begin(operation: Operation, model: string): Tracked;
};

const MAX_ENTRIES = 200_000;
type Writable = { -readonly [K in keyof Entry]: Entry[K] };
type Waiter = { readonly isDue: () => boolean; readonly done: () => void };

export function createRequestLog(): RequestLog {
  let entries: Writable[] = [];
  let waiters: Waiter[] = [];
  let arrivals = 0;
  let ends = 0;
  let underway = 0;
  let nextId = 1;
  const now = () => performance.timeOrigin + performance.now();
  const wake = () => {
    const due = waiters.filter((waiter) => waiter.isDue());
    waiters = waiters.filter((waiter) => !due.includes(waiter));
    for (const waiter of due) waiter.done();
  };
  const until = (isDue: () => boolean) =>
    new Promise<void>((done) => {
      waiters.push({ isDue, done });
      wake();
    });

  return {
    entries: (sinceId = 0) => entries.filter(({ id }) => id > sinceId).map((entry) => ({ ...entry })),
    inFlight: () => underway,
    arrived: async (count) => {
      await until(() => arrivals >= count);
      const entry = entries[count - 1];
      if (entry === undefined) throw new Error(`Request ${count} is no longer in the log.`);
      return { ...entry };
    },
    ended: (count) => until(() => ends >= count),
    clear: () => {
      entries = [];
      arrivals = 0;
      ends = 0;
    },
    begin: (operation, model) => {
      // The control plane is not what the account's model limit counts.
      const counts = operation === "Converse" || operation === "ConverseStream" || operation === "InvokeModel";
      if (counts) underway += 1;
      const entry: Writable = {
        id: nextId++,
        operation,
        model,
        arrivedAt: now(),
        inFlight: underway,
        fault: null,
        status: null,
        firstByteAt: null,
        endedAt: null,
        aborted: false,
      };
      entries.push(entry);
      if (entries.length > MAX_ENTRIES) entries.splice(0, MAX_ENTRIES / 2);
      arrivals += 1;
      wake();
      return {
        entry,
        fault: (kind) => {
          entry.fault = kind;
        },
        firstByte: (status) => {
          entry.status ??= status;
          entry.firstByteAt ??= now();
        },
        end: (aborted) => {
          if (entry.endedAt !== null) return;
          entry.endedAt = now();
          entry.aborted = aborted;
          if (counts) underway -= 1;
          ends += 1;
          wake();
        },
      };
    },
  };
}
