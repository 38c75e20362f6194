import { findButtons } from "#sandbox/demo/read-blocks";
import { actionOf, commandFields, messageActionPayload } from "#sandbox/slack/acting/payloads";
import { findElement } from "#sandbox/slack/acting/values";
import type { SandboxUser } from "#sandbox/slack/model";
import type { Workspace } from "#sandbox/slack/workspace";
import { RELEASE_CHANNEL } from "./bench-house.ts";
import { NUMBER } from "./load.ts";

/** What is sent in turn: one body per person. */
export type Requests = { readonly command: readonly string[]; readonly button: readonly string[] };

/** Everybody who could press, those who must not among them. */
const PEOPLE = ["U0DAN", "U0MEI", "U0GUS", "U0INES", "U0STEN", "U0TOM", "U0ROSA", "U0OMAR"] as const;
const SIGN_OFF = /Data quality/;

/**
 * `/golive status` and a press of a Sign button, as Slack would send them: form-encoded, the press with the whole
 * release message in it. Answers go to `answersAt` plus the request's own number.
 */
export function buildRequests(workspace: Workspace, answersAt: string): Requests {
  const channel = workspace.channel(RELEASE_CHANNEL);
  if (channel === undefined) throw new Error("the local Slack has no release channel");
  const handles = { triggerId: `trigger.${NUMBER}`, responseUrl: `${answersAt}${NUMBER}` };
  const actors = PEOPLE.map((id) => ({ user: personOf(workspace, id), dropTeamId: false }));

  const said = { command: "/golive", text: "status" };
  const command = actors
    // Slack offers an app's commands to its own organisation only.
    .filter(({ user }) => user.kind === "member")
    .map((actor) => formOf(commandFields(actor, channel, said, handles, workspace)));

  const message = workspace.messages(channel.id, "U0DAN").findLast((each) => findSign(each.blocks) !== undefined);
  const sign = findSign(message?.blocks ?? []);
  const placed = findElement(message?.blocks ?? [], sign?.blockId ?? "", sign?.actionId ?? "");
  if (message === undefined || placed === undefined) throw new Error("the release message has no Sign button");
  const action = actionOf(placed, { type: "button" }, workspace.nextTs());
  const button = actors.map((actor) =>
    formOf({
      payload: JSON.stringify(
        messageActionPayload(actor, { channel, message, action, values: {} }, handles, workspace),
      ),
    }),
  );
  return { command, button };
}

function findSign(blocks: Parameters<typeof findButtons>[0]) {
  return findButtons(blocks).find(({ label, near }) => /^Sign\b/.test(label) && SIGN_OFF.test(near));
}

function personOf(workspace: Workspace, id: string): SandboxUser {
  const user = workspace.user(id);
  if (user === undefined) throw new Error(`the local Slack has no ${id}`);
  return user;
}

function formOf(fields: Readonly<Record<string, unknown>>): string {
  const texts = Object.entries(fields).map(([name, value]): [string, string] => [name, String(value)]);
  return new URLSearchParams(texts).toString();
}
