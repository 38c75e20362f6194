import type { ViewResponseAction } from "@slack/bolt";
import type { ModalView } from "@slack/types";
import { afterEach, describe, expect, it } from "vitest";
import { escapeSlashText } from "#sandbox/slack/acting/slash-text";
import type { Delivery } from "#sandbox/slack/delivery/transport";
import type { Json } from "#sandbox/slack/model";
import { createWorkspace } from "#sandbox/slack/workspace";
import { type Releasers, release, startBolt, startTestSlack } from "#test/sandbox/bolt-app";
import { at, call } from "#test/sandbox/web-api-client";

const releasers: Releasers = [];
afterEach(() => release(releasers));

const text = { type: "plain_text", text: "Go" };
const options = ["a", "b"].map((value) => ({ text: { type: "plain_text", text: value.toUpperCase() }, value }));
const card = [
  { type: "actions", block_id: "row", elements: [{ type: "button", action_id: "go", value: "r1@3", text }] },
  {
    type: "section",
    block_id: "pick",
    text,
    accessory: { type: "static_select", action_id: "which", options, initial_option: options[0] },
  },
];

/** A message with a button and a select, and the payloads that the app got. */
async function posted() {
  const slack = await startTestSlack(releasers, { mode: "socket" });
  const app = await startBolt(releasers, slack, "socket");
  const payloads: unknown[] = [];
  app.use(async ({ body, next }) => {
    payloads.push(body);
    await next();
  });
  app.action(/.*/, async ({ ack }) => ack());
  app.command("/golive", async ({ ack }) => ack());
  const { ts } = await call(slack, "chat.postMessage", { channel: "C0RELEASE", text: "card", blocks: card });
  const here = { channel: "C0RELEASE", ts: String(ts) };
  const actions = () => payloads.filter((each) => at(each, "type") === "block_actions");
  return { slack, here, actions, payloads };
}

describe("a click", () => {
  it("sends what Slack sends: who, where, which element, which message, and a way to answer", async () => {
    const { slack, here, actions } = await posted();
    await slack.hands.click("U0MILA", here, "pick", "which", "b");
    await slack.hands.click("U0MILA", here, "row", "go");
    const payload = actions()[1];
    expect(payload).toMatchObject({
      user: { id: "U0MILA", username: "mila", team_id: "T0GOLIVE" },
      team: { id: "T0GOLIVE" },
      channel: { id: "C0RELEASE", name: "release" },
      container: { type: "message", message_ts: here.ts, channel_id: "C0RELEASE", is_ephemeral: false },
      message: { ts: here.ts, text: "card" },
      actions: [{ type: "button", action_id: "go", block_id: "row", value: "r1@3" }],
      state: { values: { pick: { which: { type: "static_select", selected_option: { value: "b" } } } } },
    });
    expect(String(at(payload, "response_url"))).toContain(slack.url);
    expect(String(at(payload, "trigger_id"))).not.toBe("");
  });

  it("by a stranger carries the other team's id, or none when Slack leaves it out", async () => {
    const { slack, here, actions } = await posted();
    await slack.hands.click("U0STEN", here, "row", "go");
    await slack.hands.as({ dropTeamId: true }).click("U0STEN", here, "row", "go");
    expect(at(actions()[0], "user", "team_id")).toBe("T0OTHER");
    expect(at(actions()[1], "user")).not.toHaveProperty("team_id");
  });

  it("by a deactivated person or in an archived channel is refused, unless a test forces it", async () => {
    const { slack, here, actions } = await posted();
    expect(await slack.hands.click("U0DORA", here, "row", "go")).toEqual({
      ok: false,
      error: "Dora Kern's account is deactivated.",
    });
    slack.workspace.archive("C0RELEASE");
    expect(await slack.hands.click("U0MILA", here, "row", "go")).toMatchObject({ error: "#release is archived." });
    expect(actions()).toEqual([]);
    expect(await slack.hands.as({ force: true }).click("U0DORA", here, "row", "go")).toEqual({ ok: true });
    expect(at(actions()[0], "user", "id")).toBe("U0DORA");
  });

  it("on a button that an update took away is impossible, except in a copy seen before", async () => {
    const { slack, here, actions } = await posted();
    const found = slack.workspace.messageStore.find(here.channel, here.ts);
    if (!found) throw new Error("The message is gone.");
    const seen = { ...found };
    await call(slack, "chat.update", { ...here, text: "over", blocks: [{ type: "divider" }] });
    expect(await slack.hands.click("U0MILA", here, "row", "go")).toMatchObject({ ok: false });
    expect(await slack.hands.as({ seen }).click("U0MILA", here, "row", "go")).toEqual({ ok: true });
    expect(at(actions()[0], "actions", 0, "value")).toBe("r1@3");
  });

  it("on an option that isn't offered is impossible", async () => {
    const { slack, here } = await posted();
    expect(await slack.hands.click("U0MILA", here, "pick", "which", "z")).toEqual({
      ok: false,
      error: '"z" is not offered here.',
    });
  });
});

describe("a slash command", () => {
  it("is not offered to another organisation, and unknown ones to nobody", async () => {
    const { slack } = await posted();
    const stranger = slack.hands.command("U0STEN", "C0RELEASE", "/golive", "start");
    expect(await stranger).toMatchObject({ error: "/golive is not a valid command." });
    expect(await slack.hands.command("U0ROSA", "C0RELEASE", "/deploy", "")).toMatchObject({ ok: false });
    expect(await slack.hands.as({ force: true }).command("U0STEN", "C0RELEASE", "/golive", "")).toEqual({ ok: true });
  });

  it.each([
    [
      "ask @rosa & @on-call in #release",
      "ask <@U0ROSA|rosa> &amp; <!subteam^S0ONCALL|@on-call> in <#C0RELEASE|release>",
    ],
    ["<script> @nobody a@rosa", "&lt;script&gt; @nobody a@rosa"],
    ["<@U0MILA> first", "<@U0MILA> first"],
  ])("%s is escaped as should_escape does", (typed, sent) => {
    expect(escapeSlashText(typed, createWorkspace())).toBe(sent);
  });
});

describe("a modal", () => {
  const input = (id: string, element: Json, more: Readonly<Record<string, Json>> = {}) => ({
    type: "input",
    block_id: id,
    label: text,
    element,
    ...more,
  });
  const view = {
    type: "modal",
    callback_id: "form",
    title: text,
    submit: text,
    notify_on_close: true,
    blocks: [
      input("note", { type: "plain_text_input", action_id: "v", initial_value: "as it was" }, { optional: true }),
      input("who", { type: "multi_users_select", action_id: "v" }),
      input("boxes", { type: "checkboxes", action_id: "v", options }, { optional: true }),
    ],
  };

  async function opened(response: ViewResponseAction | undefined) {
    const slack = await startTestSlack(releasers, { mode: "socket" });
    const app = await startBolt(releasers, slack, "socket");
    const told: { values: unknown; closed: unknown } = { values: null, closed: null };
    app.command("/golive", async ({ ack, command }) => {
      await ack();
      await call(slack, "views.open", { trigger_id: command.trigger_id, view });
    });
    app.view("form", async ({ ack, view: submitted }) => {
      told.values = submitted.state.values;
      if (response) await ack(response);
      else await ack();
    });
    app.view({ callback_id: "form", type: "view_closed" }, async ({ ack, body }) => {
      told.closed = body.type;
      await ack();
    });
    await slack.hands.command("U0ROSA", "C0RELEASE", "/golive", "");
    await expect.poll(() => slack.workspace.views("U0ROSA").length).toBe(1);
    const id = slack.workspace.views("U0ROSA")[0]?.id ?? "";
    return {
      slack,
      told,
      id,
      titles: () => slack.workspace.views("U0ROSA").map((each) => at(each.view, "title", "text")),
    };
  }

  it("sends what was there, typed and chosen", async () => {
    const { slack, told, id } = await opened(undefined);
    await slack.hands.submit("U0ROSA", id, { who: { v: "U0MILA,U0DAN" }, boxes: { v: "a,b" } });
    expect(told.values).toMatchObject({
      note: { v: { type: "plain_text_input", value: "as it was" } },
      who: { v: { selected_users: ["U0MILA", "U0DAN"] } },
      boxes: { v: { selected_options: [{ value: "a" }, { value: "b" }] } },
    });
    expect(slack.workspace.views("U0ROSA")).toEqual([]);
  });

  it("keeps the app out of it while a required field is empty", async () => {
    const { slack, told, id } = await opened(undefined);
    expect(await slack.hands.submit("U0ROSA", id, { note: { v: "only this" } })).toEqual({
      ok: false,
      error: "Please complete this required field.",
    });
    expect(told.values).toBeNull();
    expect(slack.workspace.views("U0ROSA")[0]?.errors).toEqual({ who: "Please complete this required field." });
  });

  const other: ModalView = {
    type: "modal",
    title: { type: "plain_text", text: "Next" },
    blocks: [{ type: "divider" }],
  };
  it.each<[string, ViewResponseAction, string[], object]>([
    ["update replaces it", { response_action: "update", view: other }, ["Next"], { ok: true }],
    ["push lays another on it", { response_action: "push", view: other }, ["Go", "Next"], { ok: true }],
    ["clear takes all away", { response_action: "clear" }, [], { ok: true }],
    [
      "errors on a block that isn't there is trouble",
      { response_action: "errors", errors: { x: "no" } },
      ["Go"],
      { ok: false },
    ],
    [
      "a view beyond the limits is trouble",
      { response_action: "update", view: { ...other, blocks: Array(101).fill({ type: "divider" }) } },
      ["Go"],
      { ok: false },
    ],
  ])("answered with %s", async (_, response, titles, outcome) => {
    const opening = await opened(response);
    const filled = { who: { v: "U0MILA" } };
    expect(await opening.slack.hands.submit("U0ROSA", opening.id, filled)).toMatchObject(outcome);
    expect(opening.titles()).toEqual(titles);
  });

  it("tells the app when it is closed, if it asked for that", async () => {
    const { slack, told, id } = await opened(undefined);
    expect(await slack.hands.closeView("U0ROSA", id)).toEqual({ ok: true });
    expect(told.closed).toBe("view_closed");
    expect(await slack.hands.closeView("U0ROSA", id)).toMatchObject({ ok: false });
  });
});

describe("an ephemeral message", () => {
  it("goes to the app without the message, and answering can replace or delete it", async () => {
    const { slack, actions } = await posted();
    const args = { channel: "C0RELEASE", user: "U0DAN", text: "only you", blocks: card };
    const ts = String((await call(slack, "chat.postEphemeral", args)).message_ts);
    const here = { channel: "C0RELEASE", ts };
    expect(await slack.hands.click("U0MEI", here, "row", "go")).toMatchObject({ ok: false });
    await slack.hands.click("U0DAN", here, "row", "go");
    const payload = actions()[0];
    expect(payload).not.toHaveProperty("message");
    expect(at(payload, "container", "is_ephemeral")).toBe(true);
    const answer = (body: object) =>
      fetch(String(at(payload, "response_url")), { method: "POST", body: JSON.stringify(body) });
    const texts = () => slack.workspace.messages("C0RELEASE", "U0DAN").map((message) => message.text);
    await answer({ replace_original: true, text: "changed" });
    expect(texts()).toEqual(["card", "changed"]);
    await answer({ delete_original: true });
    expect(texts()).toEqual(["card"]);
  });
});

describe("a payload of a test's own making", () => {
  it("reaches the app as it is", async () => {
    const { slack, payloads } = await posted();
    const delivery: Delivery = { kind: "event", payload: { type: "event_callback", event: { type: "odd" } } };
    expect(await slack.deliver(delivery)).toMatchObject({ acked: true });
    expect(payloads.at(-1)).toMatchObject({ event: { type: "odd" } });
  });
});
