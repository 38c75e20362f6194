import type { Placed, Values } from "#sandbox/slack/acting/values";
import type { Block, SandboxChannel, SandboxMessage, SandboxUser, SandboxView } from "#sandbox/slack/model";
import { handleOf } from "#sandbox/slack/people";
import { messageToWire } from "#sandbox/slack/wire";
import type { Workspace } from "#sandbox/slack/workspace";

export type Actor = {
  readonly user: SandboxUser;
  /** Slack sometimes leaves `user.team_id` out; an app has to deny then. */
  readonly dropTeamId: boolean;
};

function base(type: string, actor: Actor, workspace: Workspace): Block {
  const { user } = actor;
  const domain = workspace.team.name.toLowerCase().replaceAll(" ", "-");
  return {
    type,
    team: { id: workspace.team.id, domain },
    user: {
      id: user.id,
      username: handleOf(user),
      name: handleOf(user),
      ...(actor.dropTeamId ? {} : { team_id: user.teamId }),
    },
    api_app_id: workspace.bot.appId,
    token: "sandbox",
    enterprise: null,
    is_enterprise_install: false,
  };
}

/** The fields of a slash command, flat as in a form. */
export function commandFields(
  actor: Actor,
  channel: SandboxChannel,
  said: { readonly command: string; readonly text: string },
  handles: { readonly triggerId: string; readonly responseUrl: string },
  workspace: Workspace,
): Block {
  return {
    token: "sandbox",
    team_id: actor.user.teamId,
    team_domain: workspace.team.name.toLowerCase().replaceAll(" ", "-"),
    channel_id: channel.id,
    channel_name: nameOf(channel),
    user_id: actor.user.id,
    user_name: handleOf(actor.user),
    command: said.command,
    text: said.text,
    api_app_id: workspace.bot.appId,
    is_enterprise_install: "false",
    response_url: handles.responseUrl,
    trigger_id: handles.triggerId,
  };
}

/** A click in a message. An ephemeral message isn't sent along: Slack keeps no copy of it. */
export function messageActionPayload(
  actor: Actor,
  clicked: {
    readonly channel: SandboxChannel;
    readonly message: SandboxMessage;
    readonly action: Block;
    readonly values: Values;
  },
  handles: { readonly triggerId: string; readonly responseUrl: string },
  workspace: Workspace,
): Block {
  const { channel, message } = clicked;
  const ephemeral = message.ephemeralFor !== null;
  return {
    ...base("block_actions", actor, workspace),
    container: {
      type: "message",
      message_ts: message.ts,
      channel_id: channel.id,
      is_ephemeral: ephemeral,
      ...(message.threadTs === null ? {} : { thread_ts: message.threadTs }),
    },
    trigger_id: handles.triggerId,
    channel: { id: channel.id, name: nameOf(channel) },
    ...(ephemeral ? {} : { message: messageToWire(message, workspace.bot, { metadata: true }) }),
    state: { values: clicked.values },
    response_url: handles.responseUrl,
    actions: [clicked.action],
  };
}

export function viewActionPayload(
  actor: Actor,
  view: SandboxView,
  action: Block,
  triggerId: string,
  workspace: Workspace,
): Block {
  return {
    ...base("block_actions", actor, workspace),
    container: { type: "view", view_id: view.id },
    trigger_id: triggerId,
    view: view.view,
    actions: [action],
  };
}

export function submissionPayload(actor: Actor, view: SandboxView, triggerId: string, workspace: Workspace): Block {
  return {
    ...base("view_submission", actor, workspace),
    trigger_id: triggerId,
    view: view.view,
    response_urls: [],
  };
}

export function closedPayload(actor: Actor, view: SandboxView, cleared: boolean, workspace: Workspace): Block {
  return { ...base("view_closed", actor, workspace), view: view.view, is_cleared: cleared };
}

/** One entry of `actions`: what was touched, and what it holds now. */
export function actionOf(placed: Placed, value: Block, at: string): Block {
  const { element } = placed;
  const { type, ...held } = value;
  return {
    type: type ?? null,
    action_id: element.action_id ?? null,
    block_id: placed.blockId,
    action_ts: at,
    ...(element.text === undefined ? {} : { text: element.text }),
    ...(element.value === undefined ? {} : { value: element.value }),
    ...(element.style === undefined ? {} : { style: element.style }),
    ...(element.placeholder === undefined ? {} : { placeholder: element.placeholder }),
    ...held,
  };
}

function nameOf(channel: SandboxChannel): string {
  return channel.kind === "dm" ? "directmessage" : channel.name;
}
