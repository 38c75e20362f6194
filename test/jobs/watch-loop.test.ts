import { describe, expect, it } from "vitest";
import { createWatchLoop } from "#src/jobs/watch-loop";
import { createLog } from "#src/log";

const log = createLog({ level: "silent", secrets: [] });

/** A clock that the test turns: what is due, with how long it was to wait. */
function turned() {
  const due: { ms: number; run: () => void }[] = [];
  const clock = {
    now: () => 0,
    after(ms: number, run: () => void) {
      const entry = { ms, run };
      due.push(entry);
      return () => void due.splice(due.indexOf(entry), due.includes(entry) ? 1 : 0);
    },
  };
  return { clock, due };
}

/** A pass that ends when it is told to. */
function held() {
  const passes: PromiseWithResolvers<number>[] = [];
  const pass = () => {
    const one = Promise.withResolvers<number>();
    passes.push(one);
    return one.promise;
  };
  return { passes, pass };
}

const turns = async () => {
  for (let turn = 0; turn < 5; turn++) await Promise.resolve();
};

describe("the loop that watches canaries", () => {
  it("looks soon again while one is open, seldom while none is, and soon where it failed", async () => {
    const { clock, due } = turned();
    const { passes, pass } = held();
    const loop = createWatchLoop({ pass, clock, log, pace: { openMs: 5, idleMs: 30 } });
    loop.start();
    for (const [open, wait] of [
      [1, 5],
      [0, 30],
      [null, 5],
    ] as const) {
      if (open === null) passes.at(-1)?.reject(new Error("the database is gone"));
      else passes.at(-1)?.resolve(open);
      await turns();
      expect(due.map(({ ms }) => ms)).toEqual([wait]);
      due.pop()?.run();
    }
    expect(passes).toHaveLength(4);
  });

  it("makes one pass at a time: many nudges meanwhile are one more", async () => {
    const { clock, due } = turned();
    const { passes, pass } = held();
    const loop = createWatchLoop({ pass, clock, log });
    loop.start();
    loop.nudge();
    loop.nudge();
    expect(passes).toHaveLength(1);
    passes[0]?.resolve(1);
    await turns();
    expect(passes).toHaveLength(2);
    passes[1]?.resolve(1);
    await turns();
    expect(passes).toHaveLength(2);
    expect(due).toHaveLength(1);
  });

  it("stop waits for the pass that is under way, and none comes after it", async () => {
    const { clock, due } = turned();
    const { passes, pass } = held();
    const loop = createWatchLoop({ pass, clock, log });
    loop.start();
    loop.nudge();
    let isStopped = false;
    const stopping = loop.stop().then(() => {
      isStopped = true;
    });
    await turns();
    expect(isStopped).toBe(false);
    passes[0]?.resolve(1);
    await stopping;
    loop.nudge();
    await turns();
    expect(passes).toHaveLength(1);
    expect(due).toEqual([]);
  });
});
