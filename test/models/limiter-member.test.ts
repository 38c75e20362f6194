import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { JournalError } from "#src/journal/journal-error";
import type { ModelLimiter } from "#src/models/limiter";
import { LimiterError } from "#src/models/limiter-error";
import { createSharedLimiter } from "#src/models/limiter-shared";
import type { Answer, LimitRows, Word } from "#src/models/limiter-sql";

const LEASE = 10_000;

/** The database as one member sees it: the test answers each word, or lets it wait. */
class Rows implements LimitRows {
  readonly words: Word[] = [];
  readonly left: string[] = [];
  answer: (word: Word) => Promise<Answer | null> = async (word) => give(word);
  async turn(word: Word): Promise<Answer | null> {
    this.words.push({ ...word, wanted: [...word.wanted] });
    return this.answer(word);
  }
  async leave(member: string): Promise<void> {
    this.left.push(member);
  }
  async state(): Promise<never> {
    throw new Error("not asked here");
  }
  get last(): Word {
    const word = this.words.at(-1);
    if (word === undefined) throw new Error("nothing was said");
    return word;
  }
}

/** Everybody gets a place, in `startsInMs`. */
const give = (word: Word, startsInMs = 0): Answer => ({
  lookInMs: null,
  held: new Map(word.wanted.map(({ id }) => [id, startsInMs])),
});
const wait = (lookInMs: number | null = 1_000): Answer => ({ lookInMs, held: new Map() });
const unreachable = () => new JournalError("unreachable", true, "Golive's database can't be reached.");

let rows: Rows;
let limiter: ModelLimiter;
let errors: unknown[];

beforeEach(() => {
  vi.useFakeTimers();
  rows = new Rows();
  errors = [];
  limiter = createSharedLimiter({
    rows,
    limits: { maxInFlight: 3, perSecond: 1, workers: 2 },
    leaseMs: LEASE,
    now: () => performance.now(),
    openBell: null,
    onError: (error) => errors.push(error),
  });
});
afterEach(() => vi.useRealTimers());

const never = new AbortController().signal;
const ask = (signal: AbortSignal = never) => ({ priority: "go-live" as const, signal });
const tick = (ms = 0) => vi.advanceTimersByTimeAsync(ms);

/** Work that runs until the test ends it, or its signal does (unless it is `deaf`). */
function work(deaf = false) {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const run = vi.fn(async (signal: AbortSignal) => {
    if (!deaf) signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    return promise;
  });
  return { run, finish: () => resolve("done"), signal: () => run.mock.calls[0]?.[0] };
}

/** What a promise came to, as far as it has. */
function outcome<T>(promise: Promise<T>): { value?: T; error?: unknown } {
  const seen: { value?: T; error?: unknown } = {};
  promise.then(
    (value) => {
      seen.value = value;
    },
    (error: unknown) => {
      seen.error = error;
    },
  );
  return seen;
}

it("work starts at its time, not when its place is given out, and is no longer named when it is over", async () => {
  rows.answer = async (word) => give(word, 40);
  const { run, finish } = work();
  const ran = outcome(limiter.run(ask(), run));
  await tick(39);
  expect(run).not.toHaveBeenCalled();
  await tick(1);
  expect(run).toHaveBeenCalledOnce();
  finish();
  await tick();
  expect(ran).toEqual({ value: "done" });
  expect(rows.last.wanted).toEqual([]);
});

it("who waits looks again when it was told to, and sooner when somebody else enters", async () => {
  rows.answer = async () => wait(1_000);
  void limiter.run(ask(), work().run).catch(() => undefined);
  await tick();
  await tick(999);
  expect(rows.words.length).toBe(1);
  await tick(1);
  expect(rows.words.length).toBe(2);
  void limiter.run(ask(), work().run).catch(() => undefined);
  await tick();
  expect(rows.words.length).toBe(3);
  expect(rows.last.wanted.length).toBe(2);
});

it("after a lost answer the same call is named again, and what then turns out to be its place is used once", async () => {
  rows.answer = async () => {
    throw unreachable();
  };
  const { run } = work();
  void limiter.run(ask(), run);
  await tick();
  rows.answer = async (word) => give(word, -500);
  await tick(LEASE / 50);
  expect(rows.words.map(({ wanted }) => wanted)).toEqual([rows.last.wanted, rows.last.wanted]);
  expect(rows.words.map(({ turn }) => turn)).toEqual([1, 2]);
  expect(rows.last.join).toBe(true);
  await tick(LEASE);
  expect(run).toHaveBeenCalledOnce();
});

it("a heartbeat keeps the place while the work runs", async () => {
  const { run, signal } = work();
  void limiter.run(ask(), run);
  await tick(10 * LEASE);
  expect(signal()?.aborted).toBe(false);
  expect(rows.words.length).toBeGreaterThanOrEqual(50);
});

it("a place that can't be kept is let go of before the database gives it away", async () => {
  const { run, signal } = work();
  const ran = outcome(limiter.run(ask(), run));
  await tick();
  rows.answer = async () => {
    throw unreachable();
  };
  // The last word that was answered had been sent at 0.
  await tick(0.9 * LEASE - 1);
  expect(signal()?.aborted).toBe(false);
  await tick(1);
  expect(signal()?.aborted).toBe(true);
  expect(ran.error).toMatchObject({ name: "LimiterError", code: "lease-lost", retryable: true });
});

it("also when the database just doesn't answer any more", async () => {
  const { run, signal } = work();
  void limiter.run(ask(), run).catch(() => undefined);
  await tick();
  rows.answer = () => new Promise(() => undefined);
  await tick(0.9 * LEASE);
  expect(signal()?.aborted).toBe(true);
});

it("work whose place was given away is aborted, and its answer is not taken when it comes nevertheless", async () => {
  const { run, finish, signal } = work(true);
  const ran = outcome(limiter.run(ask(), run));
  await tick();
  rows.answer = async () => null;
  await tick(LEASE / 5);
  expect(signal()?.reason).toMatchObject({ code: "lease-lost" });
  expect(ran).toEqual({});
  finish();
  await tick();
  expect(ran.error).toBeInstanceOf(LimiterError);
  expect(errors).toContainEqual(expect.objectContaining({ code: "lease-lost" }));
});

it("work that goes on without a place takes a worker, until it ends", async () => {
  const { run, finish } = work(true);
  void limiter.run(ask(), run).catch(() => undefined);
  await tick();
  rows.answer = async (word) => (word.join ? give(word) : null);
  await tick(LEASE / 5);
  expect(rows.last).toMatchObject({ join: true, limits: { workers: 1 }, wanted: [] });
  finish();
  await tick();
  rows.answer = async (word) => give(word);
  await tick(LEASE);
  expect(rows.last.limits.workers).toBe(2);
});

it("who waits stands in line again under new names when the database has forgotten this process", async () => {
  rows.answer = async () => wait();
  const { run } = work();
  void limiter.run(ask(), run);
  await tick();
  const before = rows.last;
  rows.answer = async (word) => (word.member === before.member ? null : give(word));
  await tick(1_000);
  expect(run).toHaveBeenCalledOnce();
  expect(rows.last.member).not.toBe(before.member);
  expect(rows.last.wanted[0]?.id).not.toBe(before.wanted[0]?.id);
});

it("an answer to a process that has lost its lease meanwhile gives nobody a place", async () => {
  const first = work();
  void limiter.run(ask(), first.run).catch(() => undefined);
  await tick();
  const late = Promise.withResolvers<Answer>();
  let asked: Word | undefined;
  rows.answer = (word) => {
    asked ??= word;
    return late.promise;
  };
  const second = work();
  void limiter.run(ask(), second.run).catch(() => undefined);
  await tick(0.9 * LEASE);
  rows.answer = async () => wait();
  if (asked === undefined) throw new Error("nothing was asked");
  late.resolve(give(asked));
  await tick();
  expect(second.run).not.toHaveBeenCalled();
});

it("who waits is told after a lease that the database can't be reached, with the reason", async () => {
  rows.answer = async () => {
    throw unreachable();
  };
  const ran = outcome(limiter.run(ask(), work().run));
  await tick(LEASE - 1);
  expect(ran).toEqual({});
  await tick(LEASE / 50);
  expect(ran.error).toMatchObject({ code: "unreachable", retryable: true, cause: { code: "unreachable" } });
});

it("and at once when waiting can't help", async () => {
  rows.answer = async () => {
    throw new JournalError("schema-mismatch", false, "Run `golive migrate` as golive_owner.");
  };
  const ran = outcome(limiter.run(ask(), work().run));
  await tick();
  expect(ran.error).toMatchObject({ code: "refused", retryable: false });
  expect(String(ran.error)).toContain("golive migrate");
});

it("a caller who gives up leaves the line at once, with its own reason", async () => {
  rows.answer = async () => wait(null);
  const caller = new AbortController();
  const { run } = work();
  const ran = outcome(limiter.run(ask(caller.signal), run));
  await tick();
  expect(rows.last.wanted.length).toBe(1);
  const why = new Error("no longer needed");
  caller.abort(why);
  await tick();
  expect(rows.last.wanted).toEqual([]);
  expect(ran.error).toBe(why);
  expect(run).not.toHaveBeenCalled();
});

it("a caller who gives up between place and start gives the place back, and nothing starts", async () => {
  rows.answer = async (word) => give(word, 40);
  const caller = new AbortController();
  const { run } = work();
  const ran = outcome(limiter.run(ask(caller.signal), run));
  await tick(20);
  caller.abort(new Error("no longer needed"));
  await tick(100);
  expect(run).not.toHaveBeenCalled();
  expect(rows.last.wanted).toEqual([]);
  expect(String(ran.error)).toContain("no longer needed");
});

it("a caller who gives up while its work runs keeps the place until the work has really ended", async () => {
  const caller = new AbortController();
  const { run, finish, signal } = work(true);
  void limiter.run(ask(caller.signal), run);
  await tick();
  caller.abort();
  await tick(LEASE);
  expect(signal()?.aborted).toBe(true);
  expect(rows.last.wanted.length).toBe(1);
  finish();
  await tick();
  expect(rows.last.wanted).toEqual([]);
});

it("an error of the work is the caller's, and frees the place", async () => {
  const ran = outcome(limiter.run(ask(), () => Promise.reject(new Error("boom"))));
  await tick();
  expect(String(ran.error)).toBe("Error: boom");
  expect(rows.last.wanted).toEqual([]);
});

it("a process that closes rejects who waits, aborts who runs, waits for them, and says goodbye once", async () => {
  rows.answer = async (word) => ({ lookInMs: null, held: new Map(word.wanted.slice(0, 1).map(({ id }) => [id, 0])) });
  const running = work(true);
  const ran = outcome(limiter.run(ask(), running.run));
  const waited = outcome(limiter.run(ask(), work().run));
  await tick();
  const closing = outcome(limiter.close());
  await tick();
  expect(waited.error).toMatchObject({ code: "closed", retryable: false });
  expect(running.signal()?.reason).toMatchObject({ code: "closed" });
  expect(closing).not.toHaveProperty("value");
  running.finish();
  await tick();
  expect(ran.error).toMatchObject({ code: "closed" });
  expect(closing).toHaveProperty("value");
  expect(rows.left).toEqual([rows.last.member]);
  const said = rows.words.length;
  await tick(10 * LEASE);
  expect(rows.words.length).toBe(said);
  await expect(limiter.run(ask(), work().run)).rejects.toMatchObject({ code: "closed" });
});

it("a request for no call, or half a call, is a mistake of the program", async () => {
  for (const calls of [0, 1.5, -1, Number.NaN]) {
    await expect(limiter.run({ ...ask(), calls }, work().run)).rejects.toBeInstanceOf(RangeError);
  }
  expect(rows.words).toEqual([]);
});
