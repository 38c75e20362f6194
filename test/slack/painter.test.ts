import type { Pool } from "pg";
import { afterEach, describe, expect, it } from "vitest";
import type { LocalSlack } from "#sandbox/slack/start";
import { LEASE_MS } from "#src/slack/lease";
import type { PainterOptions, Painting } from "#src/slack/paint";
import { createPainter, type Painter } from "#src/slack/painter";
import { type Releasers, release, until } from "#test/sandbox/bolt-app";
import {
  CHANNEL,
  callsOf,
  database,
  type HandClock,
  handClock,
  posted,
  quiet,
  type WireBench,
  wire,
} from "#test/slack/bench";

const releasers: Releasers = [];
afterEach(() => release(releasers));

const painting = (subject: string, text: string): Painting => ({
  channel: CHANNEL,
  text,
  blocks: [{ type: "section", text: { type: "mrkdwn", text } }],
  metadata: { event_type: "golive_release", event_payload: { subject } },
});

type Studio = {
  readonly pool: Pool;
  readonly slack: LocalSlack;
  readonly clock: HandClock;
  readonly lost: [string, string][];
  /** What the release message says now. */
  state: { text: string };
  wish(subject?: string): Promise<unknown>;
  painter(options?: Partial<PainterOptions>): Painter;
};

async function studio(bench?: WireBench): Promise<Studio> {
  const { slack, web } = bench ?? (await wire(releasers));
  const pool = await database(releasers);
  const clock = handClock();
  const lost: [string, string][] = [];
  const state = { text: "first" };
  let holders = 0;
  return {
    pool,
    slack,
    clock,
    lost,
    state,
    wish: (subject = "r1") =>
      pool.query(
        `INSERT INTO golive.slack_message AS m (subject, service, channel, wanted) VALUES ($1, 'docs', $2, 1)
         ON CONFLICT (subject) DO UPDATE SET wanted = m.wanted + 1`,
        [subject, CHANNEL],
      ),
    painter(options = {}) {
      holders += 1;
      return createPainter({
        pool,
        web,
        render: async (subject) => painting(subject, state.text),
        now: clock.now,
        log: quiet,
        holder: `test-${holders}`,
        onChannelLost: async (subject, why) => {
          lost.push([subject, why]);
        },
        ...options,
      });
    },
  };
}

const rowOf = async (pool: Pool, subject = "r1") => {
  const { rows } = await pool.query("SELECT * FROM golive.slack_message WHERE subject = $1", [subject]);
  return rows[0];
};
const texts = (slack: LocalSlack) => posted(slack).map(({ text }) => text);

describe("one live message per release", () => {
  it("is posted once, then updated in place", async () => {
    const { wish, painter, slack, state, clock } = await studio();
    const one = painter();
    await wish();
    await one.paintDue();
    expect(texts(slack)).toEqual(["first"]);

    state.text = "second";
    await wish();
    clock.pass(1_200);
    await one.paintDue();
    expect(texts(slack)).toEqual(["second"]);
    expect(callsOf(slack, "chat.postMessage")).toBe(1);
  });

  it("turns fifty wishes in a second into one post and one update that shows the last state", async () => {
    const { wish, painter, slack, state, clock } = await studio();
    const one = painter();
    for (let index = 0; index < 50; index += 1) {
      state.text = `state ${index}`;
      await wish();
      if (index % 5 === 0) await one.paintDue();
      clock.pass(20);
    }
    clock.pass(1_200);
    await one.paintDue();
    expect(texts(slack)).toEqual(["state 49"]);
    expect(callsOf(slack, "chat.postMessage")).toBe(1);
    expect(callsOf(slack, "chat.update")).toBe(1);
  });

  it("shows a wish that arrives while the message is being painted", async () => {
    const { wish, painter, slack, state, clock } = await studio();
    const one = painter({
      render: async (subject) => {
        const drawn = painting(subject, state.text);
        if (state.text === "first") {
          state.text = "second";
          await wish();
        }
        return drawn;
      },
    });
    await wish();
    await one.paintDue();
    clock.pass(1_200);
    await one.paintDue();
    expect(texts(slack)).toEqual(["second"]);
  });

  it("is one message when several replicas paint at once", async () => {
    const { wish, painter, slack, clock } = await studio();
    const replicas = Array.from({ length: 5 }, () => painter());
    for (const subject of ["r1", "r2", "r3"]) await wish(subject);
    for (let round = 0; round < 4; round += 1) {
      await Promise.all(replicas.map((each) => each.paintDue()));
      clock.pass(1_000);
    }
    expect(posted(slack)).toHaveLength(3);
    expect(callsOf(slack, "chat.postMessage")).toBe(3);
  });

  it("keeps 1.2 s between updates of all releases together", async () => {
    const { wish, painter, slack, clock } = await studio();
    const replicas = [painter(), painter()];
    const subjects = ["r1", "r2", "r3", "r4"];
    for (const subject of subjects) await wish(subject);
    for (let round = 0; round < 4; round += 1) {
      await Promise.all(replicas.map((each) => each.paintDue()));
      clock.pass(1_000);
    }
    for (const subject of subjects) await wish(subject);
    clock.pass(1_200);
    for (let round = 1; round <= 3; round += 1) {
      await Promise.all(replicas.map((each) => each.paintDue()));
      expect(callsOf(slack, "chat.update")).toBe(round);
      clock.pass(1_200);
    }
  });

  it("paints by itself when nudged, without anybody asking for a pass", async () => {
    const { wish, painter, slack } = await studio();
    const one = painter({ now: Date.now });
    one.start();
    releasers.push(one.stop);
    await wish();
    one.nudge();
    await until("the message is there", () => posted(slack).length === 1);
  });
});

describe("when Slack is in trouble", () => {
  const impatient = () => wire(releasers, { timeoutMs: 150 });

  it("posts exactly one message when the answer to a successful post is lost", async () => {
    const { wish, painter, slack, clock, pool, state } = await studio(await impatient());
    const one = painter();
    slack.faults.nextCall("chat.postMessage", { kind: "timeout-after" });
    await wish();
    await one.paintDue();
    expect(posted(slack)).toHaveLength(1);
    expect(await rowOf(pool)).toMatchObject({ ts: null, painted: "0", failures: 1 });

    state.text = "second";
    clock.pass(60_000);
    await one.paintDue();
    expect(texts(slack)).toEqual(["second"]);
    expect(callsOf(slack, "chat.postMessage")).toBe(1);
    expect(await rowOf(pool)).toMatchObject({ ts: posted(slack)[0]?.ts, painted: "1", lease_by: null });
  });

  it("does not look for a lost post before it can have arrived", async () => {
    const { wish, painter, slack, clock } = await studio(await impatient());
    const one = painter();
    slack.faults.nextCall("chat.postMessage", { kind: "timeout-after" });
    await wish();
    await one.paintDue();
    clock.pass(4_900);
    await one.paintDue();
    expect(callsOf(slack, "conversations.history")).toBe(0);
    clock.pass(100);
    await one.paintDue();
    expect(callsOf(slack, "conversations.history")).toBe(1);
  });

  it("still posts only once when looking for a lost post fails for an hour", async () => {
    const { wish, painter, slack, clock } = await studio(await impatient());
    const one = painter();
    slack.faults.nextCall("chat.postMessage", { kind: "timeout-after" });
    slack.faults.someCalls("conversations.history", { kind: "server-error" }, 1);
    await wish();
    for (let minute = 0; minute < 60; minute += 1) {
      await one.paintDue();
      clock.pass(61_000);
    }
    slack.faults.clear();
    await one.paintDue();
    expect(posted(slack)).toHaveLength(1);
    expect(callsOf(slack, "chat.postMessage")).toBe(1);
  });

  it("posts after an answerless post that never arrived", async () => {
    const { wish, painter, slack, clock } = await studio(await impatient());
    const one = painter();
    slack.faults.nextCall("chat.postMessage", { kind: "timeout-before" });
    await wish();
    await one.paintDue();
    expect(posted(slack)).toHaveLength(0);
    clock.pass(6_000);
    await one.paintDue();
    expect(posted(slack)).toHaveLength(1);
  });

  it("adopts the message of a replica that died between posting and writing that down", async () => {
    const { wish, painter, slack, clock, pool } = await studio(await wire(releasers, { timeoutMs: 20_000 }));
    slack.faults.nextCall("chat.postMessage", { kind: "timeout-after" });
    await wish();
    void painter().paintDue();
    await until("the first replica's post", () => posted(slack).length === 1);

    const other = painter();
    await other.paintDue();
    expect(callsOf(slack, "conversations.history")).toBe(0);
    clock.pass(LEASE_MS + 1_000);
    await other.paintDue();
    expect(posted(slack)).toHaveLength(1);
    expect(await rowOf(pool)).toMatchObject({ painted: "1", ts: posted(slack)[0]?.ts });
  });

  it("waits as long as Retry-After says, for every release, and counts no failure of Slack's as lost", async () => {
    const { wish, painter, slack, clock } = await studio();
    const one = painter();
    await wish();
    await one.paintDue();
    slack.faults.nextCall("chat.update", { kind: "ratelimited", retryAfterSeconds: 30 });
    await wish();
    clock.pass(1_200);
    await one.paintDue();
    expect(callsOf(slack, "chat.update")).toBe(1);
    clock.pass(29_900);
    await one.paintDue();
    expect(callsOf(slack, "chat.update")).toBe(1);
    clock.pass(100);
    await one.paintDue();
    expect(callsOf(slack, "chat.update")).toBe(2);
  });

  it("backs off from a Slack that answers 500 and paints the newest state when it is back", async () => {
    const { wish, painter, slack, clock, state, pool } = await studio();
    const one = painter();
    await wish();
    await one.paintDue();
    slack.faults.someCalls("chat.update", { kind: "server-error" }, 1);
    state.text = "second";
    await wish();
    for (let second = 0; second < 30; second += 1) {
      clock.pass(1_000);
      await one.paintDue();
    }
    expect(callsOf(slack, "chat.update")).toBeLessThanOrEqual(6);
    expect((await rowOf(pool)).last_error).toContain("HTTP 500");
    slack.faults.clear();
    state.text = "third";
    clock.pass(60_000);
    await one.paintDue();
    expect(texts(slack)).toEqual(["third"]);
  });

  it("posts a deleted message again", async () => {
    const { wish, painter, slack, clock } = await studio();
    const one = painter();
    await wish();
    await one.paintDue();
    const [before] = posted(slack);
    await slack.hands.deleteMessage(CHANNEL, before?.ts ?? "");
    expect(await one.messageDeleted(CHANNEL, before?.ts ?? "")).toBe(true);
    expect(await one.messageDeleted(CHANNEL, "1.000001")).toBe(false);
    clock.pass(1_200);
    await one.paintDue();
    expect(posted(slack)).toHaveLength(1);
    expect(posted(slack)[0]?.ts).not.toBe(before?.ts);
  });

  it("notices a deletion that it was not told of at the next update", async () => {
    const { wish, painter, slack, clock } = await studio();
    const one = painter();
    await wish();
    await one.paintDue();
    await slack.hands.deleteMessage(CHANNEL, posted(slack)[0]?.ts ?? "");
    await wish();
    clock.pass(1_200);
    await one.paintDue();
    expect(posted(slack)).toHaveLength(1);
  });

  it.each([
    ["archived", "channel-archived"],
    ["left by the bot", "bot-removed"],
  ])("reports a channel that was %s and paints again when it is back", async (how, why) => {
    const { wish, painter, slack, clock, lost } = await studio();
    const { workspace } = slack;
    const one = painter();
    await wish();
    if (how === "archived") workspace.archive(CHANNEL);
    else workspace.removeBot(CHANNEL);
    await one.paintDue();
    expect(lost).toEqual([["r1", why]]);
    expect(posted(slack)).toHaveLength(0);

    if (how === "archived") workspace.unarchive(CHANNEL);
    workspace.inviteBot(CHANNEL);
    await one.channelBack("docs");
    clock.pass(1_200);
    await one.paintDue();
    expect(posted(slack)).toHaveLength(1);
  });

  it("keeps the row when reporting a lost channel fails too", async () => {
    const { wish, painter, slack, pool } = await studio();
    slack.workspace.archive(CHANNEL);
    await wish();
    const one = painter({ onChannelLost: () => Promise.reject(new Error("no database")) });
    await one.paintDue();
    expect(await rowOf(pool)).toMatchObject({ painted: "0", wanted: "1", lease_until: null });
  });
});

describe("when we are in trouble", () => {
  it("paints later what could not be drawn now", async () => {
    const { wish, painter, slack, clock, pool } = await studio();
    let broken = true;
    const one = painter({
      render: async (subject) => {
        if (broken) throw new Error("a bug in a block builder");
        return painting(subject, "drawn after all");
      },
    });
    await wish();
    await one.paintDue();
    expect(await rowOf(pool)).toMatchObject({ painted: "0", lease_by: null, last_error: "a bug in a block builder" });
    broken = false;
    clock.pass(2_000);
    await one.paintDue();
    expect(texts(slack)).toEqual(["drawn after all"]);
  });

  it("shows the sentence, and says that there is more, when Slack refuses the blocks", async () => {
    const { wish, painter, slack } = await studio();
    const tooMany = Array.from({ length: 51 }, () => ({ type: "divider" as const }));
    const one = painter({ render: async (subject) => ({ ...painting(subject, "the point"), blocks: tooMany }) });
    await wish();
    await one.paintDue();
    expect(texts(slack)[0]).toMatch(/^the point\n.*could not be drawn/);
    expect(callsOf(slack, "chat.postMessage")).toBe(2);
  });

  it("lets a replica whose lease ran out change nothing, and paints once more after it", async () => {
    const { wish, painter, slack, clock, state, pool } = await studio();
    let resume = () => {};
    const paused = new Promise<void>((resolve) => {
      resume = resolve;
    });
    await wish();
    await painter().paintDue();
    await wish();
    clock.pass(1_200);
    const slow = painter({
      render: async (subject) => {
        const old = painting(subject, "old state");
        await paused;
        return old;
      },
    }).paintDue();
    await until("the slow replica holds the row", () => callsOf(slack, "chat.postMessage") === 1);
    await expect.poll(async () => (await rowOf(pool)).lease_by).toContain("test-2");

    state.text = "new state";
    clock.pass(LEASE_MS + 1_000);
    const other = painter();
    await other.paintDue();
    expect(texts(slack)).toEqual(["new state"]);
    resume();
    await slow;
    clock.pass(1_200);
    await other.paintDue();
    expect(texts(slack)).toEqual(["new state"]);
  });

  it("does not post a message that another replica posted while this one was drawing it", async () => {
    const { wish, painter, slack, clock } = await studio();
    let resume = () => {};
    const paused = new Promise<void>((resolve) => {
      resume = resolve;
    });
    let drawing = false;
    await wish();
    const slow = painter({
      render: async (subject) => {
        drawing = true;
        await paused;
        return painting(subject, "late");
      },
    }).paintDue();
    await until("the slow replica draws", () => drawing);
    clock.pass(LEASE_MS + 1_000);
    await painter().paintDue();
    resume();
    await slow;
    expect(texts(slack)).toEqual(["first"]);
    expect(callsOf(slack, "chat.postMessage")).toBe(1);
  });
});
