import { describe, expect, it } from "vitest";
import { createRunOperation } from "#src/jobs/handlers/run-operation";
import { type OperationKind, type OperationRunner, TookTooLong } from "#src/operations/operation";
import type { OperationState } from "#src/operations/state";
import { HOUR, MINUTE } from "#test/operations/story";

/** One run of `kind`, and a clock that the test turns. */
function house(kind: OperationKind, runner: OperationRunner) {
  const decided: unknown[] = [];
  const due: { ms: number; run: () => void }[] = [];
  const state = { id: "op_1", number: 1, kind, service: "docs", channel: "C1", due: 0, finished: null };
  const work = createRunOperation({
    operation: async () => state as unknown as OperationState,
    runners: { [kind]: runner },
    async decide(_service, _operation, _key, intent) {
      decided.push(intent);
      return { ok: true, operation: "op_1", events: [] } as never;
    },
    clock: {
      now: () => 0,
      after(ms, run) {
        const entry = { ms, run };
        due.push(entry);
        return () => void due.splice(due.indexOf(entry), due.includes(entry) ? 1 : 0);
      },
    },
  });
  const stop = new AbortController();
  const job = { id: "job", data: { service: "docs", operation: "op_1" }, signal: stop.signal };
  return { decided, due, stop, ended: work(job) };
}

const turns = async () => {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
};
const never = new Promise<never>(() => undefined);

describe("a run that takes longer than its kind may", () => {
  it.each([
    ["smoke", 3 * HOUR, "3 h"],
    ["weekly", 22 * HOUR, "22 h"],
    ["few-shot", HOUR, "1 h"],
    ["backup", 6 * HOUR, "6 h"],
    ["drill", 6 * HOUR, "6 h"],
    ["digest", 10 * MINUTE, "10 min"],
  ] as const)("ends as an error though it ignores its signal: %s", async (kind, atMost, words) => {
    const { decided, due, ended } = house(kind, () => never);
    await turns();
    expect(due.map(({ ms }) => ms)).toEqual([atMost]);
    due[0]?.run();
    await ended;
    const summary = `It took longer than ${words} and was given up.`;
    expect(decided).toEqual([{ type: "finish", finding: { verdict: "error", summary, result: {} } }]);
  });

  it("is told by its signal, and that it ends by throwing is no other try", async () => {
    let reason: unknown;
    const { decided, due, ended } = house("smoke", async (_order, signal) => {
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
      reason = signal.reason;
      throw new Error("cut off");
    });
    await turns();
    due[0]?.run();
    await ended;
    expect(reason).toBeInstanceOf(TookTooLong);
    expect(decided).toHaveLength(1);
  });
});

describe("a run in time", () => {
  it("leaves no timer behind, and its fault is another try's", async () => {
    const passing = house("smoke", async () => ({ verdict: "pass", summary: "All passed.", result: {} }));
    await passing.ended;
    expect([passing.due.length, passing.decided.length]).toEqual([0, 1]);
    const failing = house("smoke", () => Promise.reject(new Error("the store is away")));
    await expect(failing.ended).rejects.toThrow("the store is away");
    expect([failing.due.length, failing.decided.length]).toEqual([0, 0]);
  });

  it("that is stopped from outside is handed back, not given up", async () => {
    const { decided, stop, ended } = house("smoke", async (_order, signal) => {
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
      return { verdict: "pass", summary: "Half of it passed.", result: {} };
    });
    await turns();
    stop.abort(new Error("the process ends"));
    await expect(ended).rejects.toThrow("the process ends");
    expect(decided).toEqual([]);
  });
});
