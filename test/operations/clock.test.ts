import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { OperationFinding } from "#src/operations/operation";
import { type ClockHouse, openClockHouse, type Replica, type ServiceClock } from "#test/operations/clock-house";
import { DAY, HOUR, members, NIGHT, NOON, rosa, schedule } from "#test/operations/story";

let all: ClockHouse;
let house: ServiceClock;
beforeAll(async () => {
  all = await openClockHouse();
});
afterAll(() => all.stop());
beforeEach(() => {
  house = all.service(NOON);
});

type Options = Parameters<ServiceClock["replica"]>[0];
const replica = (options: Options = {}): Replica => house.replica(options);

/** So many copies, each of which has looked once before the night. */
async function copies(count: number, options: Options = {}): Promise<readonly Replica[]> {
  const made = Array.from({ length: count }, () => replica(options));
  await Promise.all(made.map((each) => each.look()));
  return made;
}

const passed: OperationFinding = { verdict: "pass", summary: "34 of 34 checks passed.", result: {} };
const nightlies = async () => (await house.agenda()).filter((type) => type === "operation-opened").length;
const open = async (bot: Replica): Promise<string> => {
  const found = (await bot.useCases.agenda(house.id)).entries.smoke.open?.operation;
  if (found === undefined) throw new Error("nothing is open");
  return found;
};

describe("over several copies of the bot", () => {
  test("that start and look at the same moment, one fire is one run with one job", async () => {
    const bots = await copies(3);
    expect(await house.agenda()).toEqual(["schedule-set"]);
    house.now = NIGHT;
    await Promise.all(bots.flatMap((bot) => [bot.look(), bot.look()]));
    expect(await house.agenda()).toEqual(["schedule-set", "operation-opened"]);
    expect(await house.jobs()).toEqual([await open(bots[0] as Replica)]);
    expect(await house.repainted()).toEqual([`wk_${house.id}~2026-W48`]);
  });

  test("a week of looks by two, each at its own times, runs every night once", async () => {
    const [one, other] = (await copies(2, { runners: { smoke: async () => passed } })) as [Replica, Replica];
    for (let hour = 0; hour < 7 * 24; hour++) {
      house.now = NOON + hour * HOUR + (hour % 7) * 60_000;
      await Promise.all([one.look(), ...(hour % 3 === 0 ? [other.look()] : [])]);
      const { smoke } = (await one.useCases.agenda(house.id)).entries;
      if (smoke.open !== null) await other.work(smoke.open.operation);
    }
    const { smoke } = (await one.useCases.agenda(house.id)).entries;
    expect(smoke).toMatchObject({ runs: 7, open: null, skipped: null });
    expect(await nightlies()).toBe(7);
  });

  test("the one that started last says when; two files don't take turns", async () => {
    const older = replica();
    await older.look();
    const newer = replica({ schedules: { smoke: schedule({ cron: "0 5 * * *" }) } });
    await newer.look();
    for (let look = 0; look < 3; look++) await Promise.all([older.look(), newer.look()]);
    expect(await house.agenda()).toEqual(["schedule-set", "schedule-set"]);
    house.now = NIGHT;
    await Promise.all([older.look(), newer.look()]);
    expect(await nightlies()).toBe(0);
  });
});

describe("a bot that was down", () => {
  test("from 01:00 to 05:00 makes up for the night once", async () => {
    await copies(1);
    house.now = NIGHT + 2.5 * HOUR;
    const [bot] = (await copies(2)) as [Replica, Replica];
    await bot.look();
    expect(await nightlies()).toBe(1);
    expect(await bot.useCases.operation(await open(bot))).toMatchObject({ due: NIGHT, missed: 0, trigger: "schedule" });
  });

  test("for three nights makes up for the last and says so", async () => {
    await copies(1);
    house.now = NIGHT + 2 * DAY + HOUR;
    const [bot] = (await copies(1)) as [Replica];
    expect(await bot.useCases.operation(await open(bot))).toMatchObject({ due: NIGHT + 2 * DAY, missed: 2 });
  });

  test("for longer than the catch-up skips the night, once", async () => {
    await copies(1);
    house.now = NIGHT + 7 * HOUR;
    const [bot] = (await copies(2)) as [Replica];
    await bot.look();
    expect(await house.agenda()).toEqual(["schedule-set", "fire-skipped"]);
    expect((await bot.useCases.agenda(house.id)).entries.smoke.skipped?.because).toBe("too-late");
  });
});

describe("a crash", () => {
  test("before the decision is committed leaves nothing, and the next look opens the run", async () => {
    const bot = replica({ fault: (transaction) => (transaction === 1 ? "before" : null) });
    await bot.look();
    house.now = NIGHT;
    await bot.look();
    expect([await nightlies(), await house.jobs()]).toEqual([0, []]);
    await bot.look();
    expect([await nightlies(), (await house.jobs()).length]).toEqual([1, 1]);
  });

  test("right after it leaves the run with its job, and the next look opens no second one", async () => {
    const bot = replica({ fault: (transaction) => (transaction === 1 ? "after" : null) });
    await bot.look();
    house.now = NIGHT;
    await bot.look();
    await bot.look();
    expect([await nightlies(), (await house.jobs()).length]).toEqual([1, 1]);
  });

  test("in the middle of a run has it done again, and it ends once", async () => {
    let tries = 0;
    const both = Promise.withResolvers<void>();
    const runners = {
      smoke: async () => {
        tries++;
        if (tries === 1) throw new Error("the process was killed");
        if (tries === 3) both.resolve();
        await both.promise;
        return passed;
      },
    };
    const [bot] = (await copies(1, { runners })) as [Replica];
    house.now = NIGHT;
    await bot.look();
    const run = await open(bot);
    await expect(bot.work(run)).rejects.toThrow("killed");
    expect(await house.facts(run)).toEqual(["operation-requested"]);
    await Promise.all([bot.work(run), bot.work(run)]);
    await bot.work(run);
    expect(tries).toBe(3);
    expect(await house.facts(run)).toEqual(["operation-requested", "operation-finished"]);
    expect((await house.posts()).map(({ key }) => key)).toEqual([`operation/${run}/2/operation-line`]);
  });

  test("that stops the worker makes what was found until then no finding", async () => {
    const stop = new AbortController();
    const runners = {
      smoke: async () => {
        stop.abort();
        return { ...passed, verdict: "error" as const };
      },
    };
    const [bot] = (await copies(1, { runners })) as [Replica];
    house.now = NIGHT;
    await bot.look();
    const run = await open(bot);
    await expect(bot.work(run, stop.signal)).rejects.toThrow();
    expect(await house.facts(run)).toEqual(["operation-requested"]);
  });
});

describe("a run that can't be done", () => {
  test("is given up as an error that people see, without the secret in its reason, and the next night runs", async () => {
    const [bot] = (await copies(1)) as [Replica];
    house.now = NIGHT;
    await bot.look();
    const run = await open(bot);
    const data = { service: house.id, operation: run };
    const error = "connect postgres://golive:hunter22@db/golive failed";
    house.dead = [{ id: "j", queue: "run-operation", data, error, diedAt: NIGHT, retries: 10 }];
    await bot.look();
    house.dead = [];
    expect(await house.facts(run)).toEqual(["operation-requested", "operation-finished"]);
    const [post] = await house.posts();
    expect(post).toMatchObject({ target: { kind: "channel", channel: "C1" }, note: { verdict: "error" } });
    expect(JSON.stringify(post)).toContain("11 tries");
    expect(JSON.stringify(post)).not.toContain("hunter22");
    house.now = NIGHT + DAY;
    await bot.look();
    expect(await nightlies()).toBe(2);
  });

  test("because its job is gone ends as an error after ten minutes, and the next night runs", async () => {
    const [bot] = (await copies(1)) as [Replica];
    house.now = NIGHT;
    await bot.look();
    const run = await open(bot);
    const ended = async () => (await house.facts(run)).includes("operation-finished");
    house.isUnderWay = false;
    const look = async (minute: number) => {
      house.machine = minute * 60_000;
      await bot.look();
      return ended();
    };
    expect([await look(0), await look(9)]).toEqual([false, false]);
    // It was only late to be seen: the minutes before don't count.
    house.isUnderWay = true;
    expect(await look(10)).toBe(false);
    house.isUnderWay = false;
    expect([await look(11), await look(20)]).toEqual([false, false]);
    expect(await look(21)).toBe(true);
    expect((await house.posts())[0]).toMatchObject({ note: { verdict: "error" } });
    house.now = NIGHT + DAY;
    await bot.look();
    expect(await nightlies()).toBe(2);
  });

  test("of a kind that this copy doesn't know is an error and not a pass", async () => {
    const [bot] = (await copies(1)) as [Replica];
    house.now = NIGHT;
    await bot.look();
    const run = await open(bot);
    await bot.work(run);
    expect((await bot.useCases.operation(run))?.finished).toMatchObject({ verdict: "error" });
  });
});

describe("people", () => {
  const by = { actor: rosa, members };

  test("who click twice get one run, and the same answer", async () => {
    const bots = await copies(2);
    const answers = await Promise.all(bots.map((bot) => bot.useCases.request(house.id, "backup", "click-1", by)));
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]).toMatchObject({ ok: true, events: ["operation-opened", "operation-requested"] });
    expect(await house.jobs()).toHaveLength(1);
  });

  test("two of whom want the same at once: one gets it, the other hears of it", async () => {
    const bots = await copies(2);
    const answers = await Promise.all(
      bots.map((bot, index) => bot.useCases.request(house.id, "smoke", `k${index}`, by)),
    );
    expect(answers.map(({ ok }) => ok).sort()).toEqual([false, true]);
    expect(answers.find(({ ok }) => !ok)).toMatchObject({ refusal: { kind: "operation-open", number: 1 } });
  });

  test("and the clock at the same moment open one run", async () => {
    const [bot, other] = (await copies(2)) as [Replica, Replica];
    house.now = NIGHT;
    await Promise.all([bot.look(), other.useCases.request(house.id, "smoke", null, by)]);
    expect(await nightlies()).toBe(1);
    // Whoever was second was told so: the person by a refusal, or the fire is on record as skipped.
    await bot.look();
    expect(await nightlies()).toBe(1);
  });

  test("who work on a card of a run that isn't there are told", async () => {
    const [bot] = (await copies(1)) as [Replica];
    const step = { ...by, card: "c", step: "s", done: true, note: "" };
    expect(await bot.useCases.step("op_none", null, step)).toMatchObject({ refusal: { kind: "no-operation" } });
  });
});

test("a night waits for a cutover and runs when it is over, without writing anything meanwhile", async () => {
  const [bot] = (await copies(1)) as [Replica];
  house.now = NIGHT;
  house.isCuttingOver = true;
  await bot.look();
  await bot.look();
  expect(await house.agenda()).toEqual(["schedule-set"]);
  house.isCuttingOver = false;
  house.now = NIGHT + 5 * 60_000;
  await bot.look();
  expect(await house.agenda()).toEqual(["schedule-set", "operation-opened"]);
});
