import { Client } from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { PRIORITIES } from "#src/models/model-call";
import { drop, LEASE, type LimitBench, openLimitBench, teller, want } from "#test/models/limiter-line";

let bench: LimitBench;
beforeAll(async () => {
  bench = await openLimitBench();
});
afterEach(() => bench.clear());
afterAll(() => bench.close());

/** Members for whom the rate is no limit. */
const fast = (more = {}) => teller({ perSecond: 1000, ...more });
const holders = async () => [...(await bench.starts()).keys()];
const startTimes = async () => [...(await bench.starts()).values()];

describe("places", () => {
  it("are never more than the limit, over all members, and go on when they are given back", async () => {
    const [a, b] = [fast(), fast()];
    const [first, second] = [want(a), want(b)];
    expect((await bench.say(a, 0))?.held).toEqual({ [first]: 0 });
    expect((await bench.say(b, 10))?.held).toEqual({});
    drop(a, first);
    await bench.say(a, 500);
    // Given at once to who was waiting, not when it looks the next time.
    expect([...(await bench.starts())]).toEqual([[second, 500]]);
    expect((await bench.say(b, 510))?.held).toEqual({ [second]: -10 });
  });

  it("go to the best request anywhere, the oldest of its priority first", async () => {
    const [a, b, c] = [fast(), fast(), fast()];
    const running = want(c, "weekly");
    await bench.say(c, 0);
    const asked: Record<string, string> = {
      [want(a, "weekly")]: "weekly",
      [want(a, "nightly")]: "nightly",
      [want(b, "canary-probe")]: "canary",
      [want(a, "go-live")]: "go-live 1",
      [want(b, "go-live")]: "go-live 2",
      [want(b, "rollback-smoke")]: "smoke",
    };
    await bench.say(a, 1);
    await bench.say(b, 2);
    drop(c, running);
    await bench.say(c, 3);
    const order: unknown[] = [];
    for (let at = 10; order.length < 6; at += 10) {
      const [id = ""] = await holders();
      order.push(asked[id]);
      for (const member of [a, b]) drop(member, id);
      await bench.say(a, at);
      await bench.say(b, at + 5);
    }
    expect(order).toEqual(["smoke", "canary", "go-live 1", "go-live 2", "nightly", "weekly"]);
  });

  it("are not given to a member that has no worker for them: the next in line goes first", async () => {
    const [a, b] = [fast({ maxInFlight: 3, workers: 1 }), fast({ maxInFlight: 3 })];
    const [smoke] = [want(a, "rollback-smoke"), want(a, "rollback-smoke")];
    const weekly = want(b, "weekly");
    await bench.say(a, 0);
    await bench.say(b, 10);
    expect(await holders()).toEqual([smoke, weekly]);
  });

  it("are left at once by a request that is no longer named, waiting or running", async () => {
    const [a, b] = [fast(), fast()];
    want(a);
    await bench.say(a, 0);
    want(a);
    const third = want(b);
    await bench.say(a, 1);
    await bench.say(b, 2);
    a.wanted = [];
    await bench.say(a, 3);
    expect(await holders()).toEqual([third]);
  });

  it("are told of by notification to the member that got one, and to no other", async () => {
    const listener = new Client({ connectionString: bench.database.appUrl });
    await listener.connect();
    const heard: unknown[] = [];
    listener.on("notification", ({ payload }) => heard.push(payload));
    await listener.query("LISTEN golive_model_limit");
    const [a, b] = [fast(), fast()];
    const running = want(a);
    want(b);
    await bench.say(a, 0);
    await bench.say(b, 1);
    drop(a, running);
    await bench.say(a, 2);
    await listener.query("SELECT 1");
    expect(heard).toEqual([b.id]);
    await listener.end();
  });
});

describe("the rate", () => {
  it("spaces starts by its interval, each from when the one before was due", async () => {
    const a = teller({ maxInFlight: 10, perSecond: 10 });
    for (let n = 0; n < 4; n++) want(a);
    // Given out early each time, by more or less: that doesn't add up.
    for (const at of [0, 57, 199, 250]) await bench.say(a, at);
    expect(await startTimes()).toEqual([0, 100, 200, 300]);
  });

  it("does not save up what was not used", async () => {
    const a = teller({ maxInFlight: 10, perSecond: 10 });
    want(a);
    await bench.say(a, 0);
    for (let n = 0; n < 3; n++) want(a);
    for (const at of [5_000, 5_060, 5_160]) await bench.say(a, at);
    expect(await startTimes()).toEqual([0, 5_000, 5_100, 5_200]);
  });

  it("counts a request for as many calls as it stands for, in one place", async () => {
    const a = teller({ maxInFlight: 10, perSecond: 10 });
    want(a, "go-live", 3);
    want(a);
    expect((await bench.say(a, 0))?.lookInMs).toBe(250);
    await bench.say(a, 249);
    expect(await startTimes()).toEqual([0]);
    await bench.say(a, 250);
    expect(await startTimes()).toEqual([0, 300]);
  });

  it("is not spent twice on a request that is named again, as after a lost answer", async () => {
    const a = teller({ maxInFlight: 10, perSecond: 10 });
    const only = want(a);
    expect((await bench.say(a, 0))?.held).toEqual({ [only]: 0 });
    expect((await bench.say(a, 50))?.held).toEqual({ [only]: -50 });
    const next = want(a);
    expect((await bench.say(a, 60))?.held).toEqual({ [only]: -60, [next]: 40 });
  });

  it("gives a place out only shortly before its start, so that the better of two requests wins until then", async () => {
    const slow = () => teller({ maxInFlight: 10, perSecond: 0.12 });
    const [a, b] = [slow(), slow()];
    want(a);
    await bench.say(a, 0);
    want(a, "nightly");
    expect((await bench.say(a, 1))?.lookInMs).toBeCloseTo(1000 / 0.12 - 50 - 1, 2);
    const smoke = want(b, "rollback-smoke");
    await bench.say(b, 8_200);
    await bench.say(a, 8_284);
    expect((await bench.starts()).get(smoke)).toBe(Math.floor(1000 / 0.12));
  });

  it("lets nobody wait out a clock that was set back", async () => {
    const a = teller({ maxInFlight: 10, perSecond: 1 });
    want(a);
    await bench.say(a, 3_600_000);
    const next = want(a);
    expect((await bench.say(a, 0))?.lookInMs).toBe(950);
    expect((await bench.say(a, 950))?.held).toMatchObject({ [next]: 50 });
    // Nor is a lease an hour longer for it.
    await bench.say(a, 3_600_000);
    await bench.say(fast(), 0);
    await bench.say(fast(), LEASE);
    expect(await holders()).toEqual([]);
  });
});

describe("a member that died", () => {
  it("loses its place when its lease ends, not before", async () => {
    const [a, b] = [fast(), fast()];
    const held = want(a);
    await bench.say(a, 0);
    const next = want(b);
    await bench.say(b, 10_000);
    await bench.say(b, LEASE - 1);
    expect(await holders()).toEqual([held]);
    await bench.say(b, LEASE);
    expect(await holders()).toEqual([next]);
  });

  it("would have kept it for as long as it was heard of", async () => {
    const [a, b] = [fast(), fast()];
    const held = want(a);
    for (let word = 0; word <= 10; word++) await bench.say(a, word * (LEASE - 1));
    want(b);
    await bench.say(b, 11 * (LEASE - 1));
    expect(await holders()).toEqual([held]);
  });

  it("does not block the line: a place that it is still given ends with its lease", async () => {
    const [a, b, dead] = [fast(), fast(), fast()];
    const running = want(a);
    await bench.say(a, 0);
    want(dead, "rollback-smoke");
    await bench.say(dead, 1);
    const weekly = want(b, "weekly");
    await bench.say(b, 2);
    drop(a, running);
    await bench.say(a, 14_000);
    expect((await bench.say(b, 14_001))?.held).toEqual({});
    // The others are told to look when that lease ends.
    expect((await bench.say(b, LEASE - 10))?.lookInMs).toBe(11);
    expect((await bench.say(b, LEASE + 1))?.held).toEqual({ [weekly]: 0 });
  });

  it("is told that it is none when it comes back, and frees or takes nothing", async () => {
    const [a, b] = [fast(), fast()];
    want(a);
    await bench.say(a, 0);
    const next = want(b);
    await bench.say(b, LEASE);
    expect(await bench.say(a, LEASE + 1, { join: false })).toBeNull();
    expect(await holders()).toEqual([next]);
    // Also when nobody else has looked since its lease ended.
    expect(await bench.say(b, 3 * LEASE, { join: false })).toBeNull();
    expect(await holders()).toEqual([]);
  });
});

it("a member can't take over another one's call, nor end it", async () => {
  const [a, b] = [fast(), fast()];
  const held = want(a);
  await bench.say(a, 0);
  b.wanted = [...a.wanted];
  expect((await bench.say(b, 1))?.held).toEqual({});
  b.wanted = [];
  await bench.say(b, 2);
  expect(await holders()).toEqual([held]);
});

it("a word that arrives after a later one is not heard: what was given back stays given back", async () => {
  const a = fast();
  const done = want(a);
  const early = [...a.wanted];
  await bench.say(a, 0);
  drop(a, done);
  await bench.say(a, 5);
  a.wanted = early;
  expect(await bench.say(a, 6, { turn: 1 })).toBeNull();
  expect(await holders()).toEqual([]);
});

describe("replicas of different configuration", () => {
  it("keep the stricter limits as long as the stricter one takes part", async () => {
    const [loose, strict] = [teller({ maxInFlight: 3, perSecond: 100 }), teller({ maxInFlight: 1, perSecond: 10 })];
    for (let n = 0; n < 4; n++) want(loose);
    await bench.say(strict, 0);
    await bench.say(loose, 0);
    await bench.say(loose, 1_000);
    expect(await startTimes()).toEqual([0]);
    await bench.leave(strict, 2_000);
    expect(await startTimes()).toEqual([0, 2_000]);
    await bench.say(loose, 2_005);
    expect(await startTimes()).toEqual([0, 2_000, 2_010]);
  });

  it("or until its lease ends", async () => {
    const [loose, strict] = [fast({ maxInFlight: 3 }), fast()];
    await bench.say(strict, 0);
    for (let n = 0; n < 2; n++) want(loose);
    await bench.say(loose, 1);
    await bench.say(loose, LEASE - 1);
    expect(await startTimes()).toEqual([1]);
    await bench.say(loose, LEASE);
    expect(await startTimes()).toEqual([1, LEASE]);
  });

  it("count the rate of the moment from the last start, also one that was given out under a looser rate", async () => {
    const [loose, strict] = [teller({ maxInFlight: 3, perSecond: 10 }), teller({ maxInFlight: 3, perSecond: 1 })];
    want(loose);
    await bench.say(loose, 0);
    const next = want(strict);
    expect((await bench.say(strict, 200))?.lookInMs).toBe(750);
    await bench.say(strict, 960);
    expect((await bench.starts()).get(next)).toBe(1_000);
  });

  it("change what holds for all with their next word", async () => {
    const a = fast({ maxInFlight: 2 });
    for (let n = 0; n < 3; n++) want(a);
    await bench.say(a, 0);
    await bench.say(a, 10);
    expect(await startTimes()).toEqual([0, 10]);
    await bench.say({ ...a, settings: { ...a.settings, maxInFlight: 3 } }, 20);
    expect(await startTimes()).toEqual([0, 10, 20]);
  });
});

it("the database's priorities are the program's, in the same order", async () => {
  const { rows } = await bench.owner.query("SELECT unnest(enum_range(NULL::golive.model_priority))::text AS priority");
  expect(rows.map((row) => row.priority)).toEqual([...PRIORITIES]);
});

it("the bot's role changes nothing but by its own word, at the database's own time", async () => {
  const app = new Client({ connectionString: bench.database.appUrl });
  await app.connect();
  for (const sql of [
    "UPDATE golive.model_limit SET started_at = 'epoch'",
    "DELETE FROM golive.model_limit_member",
    "INSERT INTO golive.model_limit_request (id, member, priority, calls) VALUES (gen_random_uuid(), gen_random_uuid(), 'weekly', 1)",
    "SELECT golive.model_limit_leave_at(now(), gen_random_uuid())",
    "SELECT golive.model_limit_turn_at(now(), gen_random_uuid(), true, 1, 1, 1, 1, 1, '{}', '{}', '{}')",
    "SELECT golive.model_limit_grant(now(), gen_random_uuid())",
    "SELECT golive.model_limit_expire(now())",
    "SELECT golive.model_limit_now()",
  ]) {
    await expect(app.query(sql), sql).rejects.toThrow(/permission denied/);
  }
  await app.end();
});
