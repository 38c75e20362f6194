import { afterEach, describe, expect, it } from "vitest";
import { rollbackOfCanary } from "#src/canary/canary-id";
import {
  A,
  B,
  CANARY,
  type Fault,
  openWatchHouse,
  type Replica,
  SERVICE,
  type WatchHouse,
  WISH,
} from "#test/canary-watch/watch-house";
import { HOUR, MINUTE } from "#test/release/world";

const open: WatchHouse[] = [];
const replicas: Replica[] = [];
afterEach(async () => {
  await Promise.all(replicas.splice(0).map((each) => each.stop()));
  await Promise.all(open.splice(0).map((each) => each.stop()));
});

async function house(): Promise<WatchHouse> {
  const made = await openWatchHouse();
  open.push(made);
  return made;
}

/** A process that has just started. */
function fresh(made: WatchHouse, fault?: Fault): Replica {
  const replica = made.replica(fault);
  replicas.push(replica);
  return replica;
}

const ROLLBACK = `rollback/${rollbackOfCanary(CANARY)}`;
const STORY = ["canary-started", "breach-found", "rollback-triggered", "canary-ended"];

async function expectRolledBack(made: WatchHouse): Promise<void> {
  expect(await made.live()).toBe("run-1");
  expect(await made.rollbacks()).toBe(1);
  expect(await made.facts(`canary/${CANARY}`)).toEqual(STORY);
  expect(await made.facts(ROLLBACK)).toEqual(expect.arrayContaining(["rollback-confirmed", "rollback-ended"]));
  const posts = await made.posts();
  expect(new Set(posts).size).toBe(posts.length);
  expect(posts.filter((key) => key.startsWith("canary/"))).toEqual([
    `canary/${CANARY}/1/canary-started`,
    `canary/${CANARY}/3/canary-rollback-triggered`,
    `canary/${CANARY}/4/canary-ended`,
  ]);
}

describe("a breach over the wire of the database", () => {
  it("is found and rolled back after five minutes, once, by two replicas that look at the same moments", async () => {
    const made = await house();
    const pair = [fresh(made), fresh(made)];
    const all = async (act: (replica: Replica) => Promise<unknown>) => void (await Promise.all(pair.map(act)));
    await all((replica) => replica.start());
    await all((replica) => replica.watch());
    expect(await made.facts(`canary/${CANARY}`)).toEqual(["canary-started"]);

    made.now += 41 * MINUTE;
    await made.leak();
    await all((replica) => replica.watch());
    expect(await made.canary()).toMatchObject({ breaches: [{ kpi: "prefix_leakage", foundAt: made.now }] });
    made.now += 5 * MINUTE - 1;
    await all((replica) => replica.watch());
    expect(await made.rollbacks()).toBe(0);
    expect(await made.live()).toBe("run-2");

    made.now += 1;
    await all((replica) => replica.watch());
    await all((replica) => replica.carryOut());
    await all((replica) => replica.watch());
    await expectRolledBack(made);
    expect((await made.facts(`service/${SERVICE}`)).slice(-6)).toEqual(
      expect.arrayContaining(["pointer-rolled-back", "rollback-closed", "canary-closed"]),
    );
    expect(await pair[0]?.watch()).toBe(0);
  });

  it.each([1, 2, 3])(
    "is rolled back once though four of ten transactions fail, with a new process at every step (%i)",
    async (seed) => {
      const made = await house();
      // By chance, the same every time: nothing was decided, or it was committed though nobody heard of it.
      const fault: Fault = (transaction) => {
        const dice = (Math.imul(transaction + 1_000 * seed, 0x9e3779b1) >>> 8) % 10;
        return dice < 2 ? "before" : dice < 4 ? "after" : null;
      };
      const step = (act: "start" | "watch" | "carryOut") =>
        fresh(made, fault)
          [act]()
          .catch(() => undefined);
      const until = async (stream: string, fact: string, ...acts: readonly Parameters<typeof step>[0][]) => {
        for (let left = 30; left > 0 && !(await made.facts(stream)).includes(fact); left--)
          for (const act of acts) await step(act);
      };
      await until(`canary/${CANARY}`, "canary-started", "start");
      await step("watch");
      made.now += 41 * MINUTE;
      await made.leak();
      await until(`canary/${CANARY}`, "breach-found", "watch", "start");
      made.now += 5 * MINUTE;
      await until(ROLLBACK, "rollback-ended", "watch", "carryOut");
      await until(`canary/${CANARY}`, "canary-ended", "watch");
      await expectRolledBack(made);
      expect(made.transactions).toBeGreaterThan(20);
    },
  );

  it("is told as impeded while the RAG store is away, once, and rolled back when it is there again", async () => {
    const made = await house();
    const replica = fresh(made);
    await replica.start();
    made.now += 41 * MINUTE;
    await made.leak();
    await replica.watch();
    made.now += HOUR;
    made.isStoreAway = true;
    await replica.watch();
    await fresh(made).watch();
    expect(await made.canary()).toMatchObject({ impeded: "The RAG store can't be reached." });
    expect((await made.facts(`canary/${CANARY}`)).filter((type) => type === "rollback-impeded")).toHaveLength(1);
    made.isStoreAway = false;
    await replica.watch();
    await replica.carryOut();
    await replica.watch();
    expect(await made.live()).toBe("run-1");
    expect(await made.canary()).toMatchObject({ impeded: null, ended: { as: "rolled-back", live: A } });
    expect(await made.facts(`canary/${CANARY}`)).toContain("rollback-begun");
  });
});

describe("a wish for a rollback that waits when a canary is breached", () => {
  async function breached(wish: Parameters<WatchHouse["asks"]>[0]): Promise<WatchHouse> {
    const made = await house();
    const replica = fresh(made);
    await replica.start();
    await made.asks(wish);
    made.now += 41 * MINUTE;
    await made.leak();
    await replica.watch();
    made.now += 5 * MINUTE;
    await replica.watch();
    await replica.carryOut();
    await replica.watch();
    return made;
  }

  it.each([
    ["is from before the go-live", { to: A, asOf: { run: "run-0", config: "v1" } }],
    ["has another target", { to: { run: "run-0", config: "v1" }, asOf: B }],
  ])("is withdrawn where it %s, and the canary's own is carried out", async (_, wish) => {
    const made = await breached(wish);
    expect(await made.facts(`rollback/${WISH}`)).toEqual(["rollback-requested", "rollback-ended"]);
    expect(await made.rollbacks()).toBe(2);
    expect(await made.live()).toBe("run-1");
    expect(await made.facts(`canary/${CANARY}`)).toEqual(STORY);
    expect(await made.facts(ROLLBACK)).toEqual(expect.arrayContaining(["rollback-confirmed", "rollback-ended"]));
    const posts = await made.posts();
    expect(posts).toContain(`rollback/${WISH}/2/rollback-ended`);
    expect(posts).toContain(`${ROLLBACK}/1/rollback-requested`);
    expect(await made.repainted()).toEqual(expect.arrayContaining([WISH, rollbackOfCanary(CANARY)]));
  });

  it("is confirmed by the policy where it is for the same", async () => {
    const made = await breached({ to: A, asOf: B });
    expect(await made.facts(`rollback/${WISH}`)).toEqual(expect.arrayContaining(["rollback-confirmed"]));
    expect(await made.rollbacks()).toBe(1);
    expect(await made.live()).toBe("run-1");
    expect(await made.facts(`canary/${CANARY}`)).toEqual([...STORY.slice(0, -1), "rollback-begun", "canary-ended"]);
    expect(await made.canary()).toMatchObject({ rollback: { rollback: WISH } });
  });
});
