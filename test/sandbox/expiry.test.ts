import { afterEach, describe, expect, it } from "vitest";
import type { LocalSlack } from "#sandbox/slack/start";
import { type Releasers, release, startBolt, startTestSlack } from "#test/sandbox/bolt-app";
import { call } from "#test/sandbox/web-api-client";

const releasers: Releasers = [];
afterEach(() => release(releasers));

const view = {
  type: "modal",
  title: { type: "plain_text", text: "T" },
  blocks: [{ type: "divider" }],
};

/** A Slack whose clock stands still, and what the app was told last. */
async function stoppedClock() {
  let now = 1_800_000_000_000;
  const slack = await startTestSlack(releasers, { mode: "http", now: () => now });
  const app = await startBolt(releasers, slack, "http");
  const told = { trigger: "", url: "" };
  app.command("/golive", async ({ ack, command }) => {
    told.trigger = command.trigger_id;
    told.url = command.response_url;
    await ack();
  });
  const command = () => slack.hands.command("U0ROSA", "C0RELEASE", "/golive", "status");
  return { slack, told, command, wait: (ms: number) => (now += ms) };
}

const open = (slack: LocalSlack, trigger: string) => call(slack, "views.open", { trigger_id: trigger, view });
const answer = async (url: string, body: object) => {
  const response = await fetch(url, { method: "POST", body: JSON.stringify(body) });
  return { status: response.status, text: await response.text() };
};

describe("triggers", () => {
  it("open one view within three seconds, and no second one", async () => {
    const { slack, told, command, wait } = await stoppedClock();
    await command();
    wait(3_000);
    expect(await open(slack, told.trigger)).toMatchObject({ ok: true, view: { type: "modal", team_id: "T0GOLIVE" } });
    expect(await open(slack, told.trigger)).toMatchObject({ ok: false, error: "exchanged_trigger_id" });
  });

  it("are expired a millisecond later, and made-up ones are invalid", async () => {
    const { slack, told, command, wait } = await stoppedClock();
    await command();
    wait(3_001);
    expect(await open(slack, told.trigger)).toMatchObject({ ok: false, error: "expired_trigger_id" });
    expect(await open(slack, "1.2.3")).toMatchObject({ ok: false, error: "invalid_trigger_id" });
  });

  it("are not used up by a view that is refused", async () => {
    const { slack, told, command } = await stoppedClock();
    await command();
    const refused = await call(slack, "views.open", { trigger_id: told.trigger, view: { ...view, title: null } });
    expect(refused).toMatchObject({
      error: "invalid_arguments",
      response_metadata: { messages: ["[ERROR] missing required field: title [json-pointer:/view]"] },
    });
    expect(await open(slack, told.trigger)).toMatchObject({ ok: true });
  });

  it("three views lie on each other at most, and an update with an old hash is refused", async () => {
    const { slack, told, command } = await stoppedClock();
    const push = async () => {
      await command();
      return call(slack, "views.push", { trigger_id: told.trigger, view });
    };
    expect(await push()).toMatchObject({ error: "not_found" });
    await command();
    await open(slack, told.trigger);
    expect(await push()).toMatchObject({ ok: true });
    expect(await push()).toMatchObject({ ok: true });
    expect(await push()).toMatchObject({ error: "push_limit_reached" });
    const [root, second] = slack.workspace.views("U0ROSA");
    expect(second?.view).toMatchObject({ root_view_id: root?.id, previous_view_id: root?.id });
    const update = { view_id: root?.id, view };
    expect(await call(slack, "views.update", { ...update, hash: "0.0" })).toMatchObject({ error: "hash_conflict" });
    expect(await call(slack, "views.update", { ...update, hash: root?.hash })).toMatchObject({ ok: true });
    expect(await call(slack, "views.update", { view_id: "V0", view })).toMatchObject({ error: "not_found" });
  });
});

describe("response URLs", () => {
  it("take five answers, then no more", async () => {
    const { slack, told, command } = await stoppedClock();
    await command();
    for (const text of ["1", "2", "3", "4", "5"]) expect((await answer(told.url, { text })).status).toBe(200);
    expect(await answer(told.url, { text: "6" })).toEqual({ status: 404, text: '{"ok":false,"error":"used_url"}' });
    const texts = slack.workspace.messages("C0RELEASE", "U0ROSA").map(({ text }) => text);
    expect(texts).toEqual(["1", "2", "3", "4", "5"]);
    expect(slack.workspace.messages("C0RELEASE", "U0MILA")).toEqual([]);
  });

  it("end after thirty minutes", async () => {
    const { told, command, wait } = await stoppedClock();
    await command();
    wait(30 * 60_000);
    expect((await answer(told.url, { text: "in time" })).status).toBe(200);
    wait(1);
    expect(await answer(told.url, { text: "late" })).toMatchObject({
      status: 404,
      text: expect.stringContaining("expired_url"),
    });
  });

  it("answer to everyone when asked to, and refuse blocks that Slack would refuse without using up a turn", async () => {
    const { slack, told, command } = await stoppedClock();
    await command();
    expect(await answer(told.url, { text: "all", response_type: "in_channel" })).toMatchObject({ status: 200 });
    expect(slack.workspace.messages("C0RELEASE", "U0MILA").map(({ text }) => text)).toEqual(["all"]);
    for (let turn = 0; turn < 5; turn += 1) {
      expect(await answer(told.url, { blocks: [{ type: "sparkle" }] })).toMatchObject({ status: 400 });
    }
    expect((await answer(told.url, { text: "still" })).status).toBe(200);
  });
});
