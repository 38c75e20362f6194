import type { App } from "@slack/bolt";
import { afterEach, describe, expect, it } from "vitest";
import type { LocalSlack } from "#sandbox/slack/start";
import { type Releasers, release, startBolt, startTestSlack } from "#test/sandbox/bolt-app";

const releasers: Releasers = [];
afterEach(() => release(releasers));

const question = {
  type: "modal",
  callback_id: "why",
  title: { type: "plain_text", text: "Reason" },
  submit: { type: "plain_text", text: "Send" },
  blocks: [
    {
      type: "input",
      block_id: "reason",
      label: { type: "plain_text", text: "Why?" },
      element: { type: "plain_text_input", action_id: "text", min_length: 3 },
    },
  ],
} as const;

/** slash → ephemeral with a button → modal → errors → submit → the message is updated. */
function listen(app: App) {
  app.command("/golive", async ({ ack, respond, client, command }) => {
    await ack();
    const posted = await client.chat.postMessage({ channel: command.channel_id, text: `Release of ${command.text}` });
    await respond({
      text: "Go?",
      blocks: [
        {
          type: "actions",
          elements: [
            { type: "button", action_id: "open", value: String(posted.ts), text: { type: "plain_text", text: "Go" } },
          ],
        },
      ],
    });
  });
  app.action("open", async ({ ack, body, client, action, respond }) => {
    await ack();
    if (body.type !== "block_actions" || action.type !== "button") return;
    const view = { ...question, private_metadata: action.value ?? "", blocks: [...question.blocks] };
    await client.views.open({ trigger_id: body.trigger_id, view });
    await respond({ delete_original: true });
  });
  app.view("why", async ({ ack, view, client, body }) => {
    const reason = view.state.values.reason?.text?.value ?? "";
    if (reason === "no reason") {
      await ack({ response_action: "errors", errors: { reason: "Say more." } });
      return;
    }
    await ack();
    await client.chat.update({
      channel: "C0RELEASE",
      ts: view.private_metadata,
      text: `Approved by ${body.user.id}: ${reason}`,
    });
  });
}

async function click(slack: LocalSlack, user: string, actionId: string) {
  const message = slack.workspace.messages("C0RELEASE", user).findLast((each) => each.blocks.length > 0);
  const blockId = String(message?.blocks[0]?.block_id);
  return slack.hands.click(user, { channel: "C0RELEASE", ts: message?.ts ?? "" }, blockId, actionId);
}

describe.each(["http", "socket"] as const)("a Bolt app over %s", (mode) => {
  it("goes from slash command through ephemeral, button and modal with errors to an updated message", async () => {
    const slack = await startTestSlack(releasers, { mode });
    const app = await startBolt(releasers, slack, mode);
    listen(app);
    const { hands, workspace } = slack;

    expect(await hands.command("U0ROSA", "C0RELEASE", "/golive", "start docs")).toEqual({ ok: true });
    await expect.poll(() => workspace.messages("C0RELEASE", "U0ROSA").map(({ text }) => text)).toContain("Go?");
    expect(workspace.messages("C0RELEASE", "U0MILA").map(({ text }) => text)).toEqual(["Release of start docs"]);

    expect(await click(slack, "U0ROSA", "open")).toEqual({ ok: true });
    await expect.poll(() => workspace.views("U0ROSA").length).toBe(1);
    const viewId = workspace.views("U0ROSA")[0]?.id ?? "";

    // Slack's own client stops what is too short, and the app isn't asked.
    expect(await hands.submit("U0ROSA", viewId, { reason: { text: "x" } })).toMatchObject({ ok: false });
    expect(await hands.submit("U0ROSA", viewId, { reason: { text: "no reason" } })).toEqual({ ok: true });
    expect(workspace.views("U0ROSA")[0]?.errors).toEqual({ reason: "Say more." });

    expect(await hands.submit("U0ROSA", viewId, { reason: { text: "it is ready" } })).toEqual({ ok: true });
    expect(workspace.views("U0ROSA")).toEqual([]);
    const texts = () => workspace.messages("C0RELEASE", "U0ROSA").map(({ text }) => text);
    await expect.poll(texts).toEqual(["Approved by U0ROSA: it is ready"]);
    expect(slack.attempts.every((attempt) => attempt.acked)).toBe(true);
  });

  it("shows operation_timeout to the person when the app does not acknowledge in time", async () => {
    const slack = await startTestSlack(releasers, { mode, ackMs: 300 });
    const app = await startBolt(releasers, slack, mode);
    app.command("/golive", async () => {});
    expect(await slack.hands.command("U0ROSA", "C0RELEASE", "/golive", "")).toEqual({
      ok: false,
      error: '/golive failed with the error "operation_timeout"',
    });
  });
});
