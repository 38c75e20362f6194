import { describe, expect, it } from "vitest";
import { createLooks } from "#src/jobs/looks";
import { createLog } from "#src/log";

/** A clock that the test turns. */
function turned() {
  const due: { at: number; run: () => void }[] = [];
  let now = 0;
  return {
    now: () => now,
    after(ms: number, run: () => void) {
      const entry = { at: now + ms, run };
      due.push(entry);
      return () => void due.splice(due.indexOf(entry), due.includes(entry) ? 1 : 0);
    },
    turn(ms: number) {
      now += ms;
      for (const entry of due.filter(({ at }) => at <= now)) {
        due.splice(due.indexOf(entry), 1);
        entry.run();
      }
    },
    waiting: () => due.length,
  };
}

/** A look that ends when it is told to. */
function held(what: string) {
  const begun: PromiseWithResolvers<void>[] = [];
  const look = () => {
    const one = Promise.withResolvers<void>();
    begun.push(one);
    return one.promise;
  };
  return { what, look, begun };
}

const turns = async () => {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
};

function house() {
  const clock = turned();
  const said: string[] = [];
  const log = createLog({ level: "warn", secrets: [], write: (line) => said.push(line) });
  const slow = held("SLOs");
  const quick = held("schedules");
  return { clock, said, slow, quick, looks: createLooks({ looks: [slow, quick], clock, log }) };
}

describe("looks that share a timer", () => {
  it("don't wait for each other: one that hangs is passed over, alone", async () => {
    const { looks, slow, quick } = house();
    for (let tick = 1; tick <= 4; tick++) {
      looks.tick();
      quick.begun.at(-1)?.resolve();
      await turns();
      expect([slow.begun.length, quick.begun.length]).toEqual([1, tick]);
    }
    slow.begun[0]?.resolve();
    await turns();
    looks.tick();
    expect(slow.begun).toHaveLength(2);
  });

  it("go on after one failed, by a throw or by a rejection", async () => {
    const { clock, said, quick } = house();
    let thrown = 0;
    const throws = {
      what: "releases",
      look: () => {
        thrown++;
        throw new Error("the database is gone");
      },
    };
    const log = createLog({ level: "warn", secrets: [], write: (line) => said.push(line) });
    const looks = createLooks({ looks: [throws, quick], clock, log });
    for (let tick = 1; tick <= 2; tick++) {
      looks.tick();
      quick.begun.at(-1)?.reject(new Error("so is this"));
      await turns();
      expect([thrown, quick.begun.length, said.length]).toEqual([tick, tick, 2 * tick]);
    }
  });

  it("say once that one of them has run for minutes", async () => {
    const { clock, said, looks } = house();
    looks.tick();
    clock.turn(299_999);
    looks.tick();
    expect(said).toEqual([]);
    clock.turn(1);
    looks.tick();
    looks.tick();
    expect(said.map((line) => JSON.parse(line).what)).toEqual(["SLOs", "schedules"]);
  });

  it("are waited for at the end, but not for ever, and none begins after it", async () => {
    const { clock, looks, slow, quick } = house();
    looks.tick();
    let isOver = false;
    const over = looks.stop(3_000).then(() => {
      isOver = true;
    });
    quick.begun[0]?.resolve();
    clock.turn(2_999);
    await turns();
    expect(isOver).toBe(false);
    clock.turn(1);
    await over;
    looks.tick();
    expect([slow.begun.length, quick.begun.length]).toEqual([1, 1]);
  });

  it("end the wait as soon as the last has ended", async () => {
    const { clock, looks, slow, quick } = house();
    looks.tick();
    const over = looks.stop(3_000);
    slow.begun[0]?.resolve();
    quick.begun[0]?.resolve();
    await over;
    expect(clock.waiting()).toBe(0);
  });
});
