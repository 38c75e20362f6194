import { describe, expect, it } from "vitest";
import { createRunningWork } from "#src/slack/running-work";

/** A piece of work that ends when told to. */
function piece(log: string[], name: string) {
  const { promise, resolve } = Promise.withResolvers<void>();
  const task = async () => {
    log.push(`${name} begins`);
    await promise;
    log.push(`${name} ends`);
  };
  return { task, end: resolve };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe("work after the acknowledgement", () => {
  it("lets what is already waiting on the event loop go first", async () => {
    const order: string[] = [];
    const work = createRunningWork();
    const done = work.run(async () => void order.push("work"));
    queueMicrotask(() => order.push("microtask"));
    process.nextTick(() => order.push("tick"));
    await done;
    expect(order.at(-1)).toBe("work");
    expect(order).toHaveLength(3);
  });

  it("takes so many pieces at once, the rest in order", async () => {
    const log: string[] = [];
    const work = createRunningWork({ most: 1, few: 1 });
    const [first, second] = [piece(log, "first"), piece(log, "second")];
    const both = [work.run(first.task), work.run(second.task)];
    await turn();
    await turn();
    expect(log).toEqual(["first begins"]);
    second.end();
    first.end();
    await Promise.all(both);
    expect(log).toEqual(["first begins", "first ends", "second begins", "second ends"]);
  });

  it("is idle only when what waits has run too", async () => {
    const log: string[] = [];
    const work = createRunningWork({ most: 1, few: 1 });
    const [first, second] = [piece(log, "first"), piece(log, "second")];
    const both = [work.run(first.task), work.run(second.task)];
    expect(await work.idle(5)).toBe(false);
    first.end();
    second.end();
    expect(await work.idle(5_000)).toBe(true);
    expect(log.at(-1)).toBe("second ends");
    await Promise.all(both);
  });

  it("goes on after a piece that fails, and passes the failure on", async () => {
    const work = createRunningWork({ most: 1, few: 1 });
    const failing = work.run(async () => {
      throw new Error("broken");
    });
    const next = work.run(async () => undefined);
    await expect(failing).rejects.toThrow("broken");
    await next;
    expect(await work.idle(1_000)).toBe(true);
  });

  it("takes fewer at once while turns are slow, and more again when they are quick", async () => {
    let clock = 0;
    let turnMs = 50;
    const work = createRunningWork({
      most: 8,
      few: 2,
      now: () => {
        clock += turnMs;
        return clock;
      },
    });
    const mostAtOnce = async () => {
      let running = 0;
      let most = 0;
      const pieces = Array.from({ length: 40 }, () =>
        work.run(async () => {
          running++;
          most = Math.max(most, running);
          await turn();
          running--;
        }),
      );
      await Promise.all(pieces);
      return most;
    };
    await mostAtOnce();
    expect(await mostAtOnce()).toBeLessThanOrEqual(2);
    turnMs = 1;
    await mostAtOnce();
    expect(await mostAtOnce()).toBeGreaterThan(4);
  });
});
