import { describe, expect, it } from "vitest";
import { createWaitingLines } from "#src/journal/waiting-line";

/** A task that ends when the test says so. */
function task<T>(result: T) {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  let begun = false;
  return {
    run: () => {
      begun = true;
      return promise;
    },
    begun: () => begun,
    end: () => resolve(result),
    fail: (error: Error) => reject(error),
  };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("the line of those who decide about a service", () => {
  it("goes one by one, in order, and a failure is its own", async () => {
    const inLine = createWaitingLines(() => 0);
    const [first, second] = [task("first"), task("second")];
    const one = inLine("docs", first.run);
    const two = inLine("docs", second.run);
    await settled();
    expect([first.begun(), second.begun()]).toEqual([true, false]);
    first.fail(new Error("the database went away"));
    await expect(one).rejects.toThrow("the database went away");
    second.end();
    expect(await two).toBe("second");
  });

  it("a service waits for nobody else's", async () => {
    const inLine = createWaitingLines(() => 0);
    const [slow, quick] = [task("slow"), task("quick")];
    const one = inLine("docs", slow.run);
    const two = inLine("support", quick.run);
    quick.end();
    expect(await two).toBe("quick");
    slow.end();
    await one;
  });

  it("whose turn comes after ten seconds is told that nothing was decided, and nothing is", async () => {
    let ms = 0;
    const inLine = createWaitingLines(() => ms);
    const [slow, late, later] = [task("slow"), task("late"), task("later")];
    const one = inLine("docs", slow.run);
    const two = inLine("docs", late.run);
    two.catch(() => undefined);
    await settled();
    ms = 10_001;
    const three = inLine("docs", later.run);
    slow.end();
    await one;
    await expect(two).rejects.toMatchObject({ code: "busy", retryable: true });
    expect(late.begun()).toBe(false);
    later.end();
    expect(await three).toBe("later");
  });
});
