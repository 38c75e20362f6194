import { applyAnswer, fillIn, TROUBLE } from "#sandbox/slack/acting/modals";
import { type Actor, closedPayload, commandFields, submissionPayload } from "#sandbox/slack/acting/payloads";
import { clickMessage, clickView, type PressDeps, viewValues } from "#sandbox/slack/acting/press";
import { escapeSlashText } from "#sandbox/slack/acting/slash-text";
import type { Dispatcher } from "#sandbox/slack/delivery/dispatcher";
import type { Done, Hands, SandboxChannel, SandboxMessage } from "#sandbox/slack/model";
import { type Origin, respond } from "#sandbox/slack/response-urls";
import { asBlock } from "#sandbox/slack/wire";

/** How somebody acts who isn't using Slack the ordinary way. */
export type Manner = {
  /** Slack's own client would not let them (deactivated, archived channel, bot): do it all the same. */
  readonly force?: boolean;
  /** Leaves `user.team_id` out of the payload. */
  readonly dropTeamId?: boolean;
  /** Clicks in this copy of the message, taken before it was updated (`{ ...message }`). */
  readonly seen?: SandboxMessage;
};

export interface SandboxHands extends Hands {
  /** The same hands, acting in another manner. */
  as(manner: Manner): SandboxHands;
}

const done: Done = { ok: true };
const refuse = (error: string): Done => ({ ok: false, error });

export function createHands(deps: PressDeps & { dispatcher: Dispatcher }, manner: Manner = {}): SandboxHands {
  const { workspace, dispatcher, triggers, responseUrls } = deps;
  const { messageStore, viewStore } = workspace;

  /** The person, or the sentence that says why they can't do this. */
  const actorIn = (userId: string, channel: SandboxChannel | undefined): Actor | string => {
    const user = workspace.user(userId);
    if (!user) return `Nobody here is called ${userId}.`;
    if (!manner.force) {
      if (user.kind === "deactivated") return `${user.name}'s account is deactivated.`;
      if (user.kind === "bot") return `${user.name} is an app: it has no hands.`;
      if (channel?.archived) return `#${channel.name} is archived.`;
      if (channel?.kind === "dm" && !channel.members.includes(userId)) return "This conversation is private.";
    }
    return { user, dropTeamId: manner.dropTeamId ?? false };
  };

  const hands: SandboxHands = {
    say: async (userId, channelId, text, threadTs) => {
      const channel = workspace.channel(channelId);
      if (!channel) return refuse("This channel doesn't exist.");
      const actor = actorIn(userId, channel);
      if (typeof actor === "string") return refuse(actor);
      messageStore.add({ channel: channel.id, user: userId, text, threadTs: threadTs ?? null });
      await dispatcher.eventsTried();
      return done;
    },

    command: async (userId, channelId, name, text) => {
      const channel = workspace.channel(channelId);
      if (!channel) return refuse("This channel doesn't exist.");
      const actor = actorIn(userId, channel);
      if (typeof actor === "string") return refuse(actor);
      const command = workspace.commands.find((each) => each.command === name);
      // Slash commands of an app are not offered to other organisations, in shared channels neither.
      const offered = actor.user.kind !== "stranger" || manner.force === true;
      if (!command || !offered) return refuse(`${name} is not a valid command.`);
      const origin: Origin = { channel: channel.id, user: userId, message: null };
      const payload = commandFields(
        actor,
        channel,
        { command: name, text: command.shouldEscape ? escapeSlashText(text, workspace) : text },
        { triggerId: triggers.issue(userId), responseUrl: responseUrls.issue(origin) },
        workspace,
      );
      const ack = await dispatcher.send({ kind: "command", payload });
      const failed = (error: string) => refuse(`${name} failed with the error "${error}"`);
      if (!ack.acked) return failed(ack.failure);
      if (ack.body === null) return done;
      const body = asBlock(ack.body) ?? { text: String(ack.body) };
      const error = respond(workspace, origin, body, deps.fileReady);
      return error === null ? done : failed(error);
    },

    click: async (userId, at, blockId, actionId, selected) => {
      if ("viewId" in at) {
        const shown = viewStore.find(at.viewId);
        if (!shown || (shown.user !== userId && !manner.force)) return refuse("This view is no longer open.");
        const actor = actorIn(userId, undefined);
        if (typeof actor === "string") return refuse(actor);
        return clickView(deps, actor, shown, { blockId, actionId, selected: selected ?? "" });
      }
      const channel = workspace.channel(at.channel);
      const message = manner.seen ?? messageStore.find(at.channel, at.ts);
      const hidden = message?.ephemeralFor != null && message.ephemeralFor !== userId && !manner.force;
      if (!channel || !message || hidden) return refuse("This message is no longer there.");
      const actor = actorIn(userId, channel);
      if (typeof actor === "string") return refuse(actor);
      return clickMessage(deps, actor, channel, message, { blockId, actionId, selected: selected ?? "" });
    },

    submit: async (userId, viewId, values) => {
      const shown = viewStore.find(viewId);
      if (!shown || (shown.user !== userId && !manner.force)) return refuse("This view is no longer open.");
      const actor = actorIn(userId, undefined);
      if (typeof actor === "string") return refuse(actor);
      const filled = fillIn(shown, viewValues(shown), values);
      viewStore.setState(shown, { values: filled.values });
      viewStore.setErrors(shown, filled.errors);
      const [problem] = Object.values(filled.errors);
      if (problem !== undefined) return refuse(problem);
      const payload = submissionPayload(actor, shown, triggers.issue(userId), workspace);
      const ack = await dispatcher.send({ kind: "interaction", payload });
      if (!ack.acked) return refuse(`${TROUBLE} ("${ack.failure}")`);
      return applyAnswer(shown, ack.body, viewStore, deps.fileReady);
    },

    closeView: async (userId, viewId) => {
      const shown = viewStore.find(viewId);
      if (!shown || (shown.user !== userId && !manner.force)) return refuse("This view is no longer open.");
      const actor = actorIn(userId, undefined);
      if (typeof actor === "string") return refuse(actor);
      const all = shown.view.clear_on_close === true;
      if (all) viewStore.clear(shown.user);
      else viewStore.close(shown);
      if (shown.view.notify_on_close !== true) return done;
      const payload = closedPayload(actor, shown, all, workspace);
      const ack = await dispatcher.send({ kind: "interaction", payload });
      return ack.acked ? done : refuse(`${TROUBLE} ("${ack.failure}")`);
    },

    deleteMessage: async (channel, ts) => {
      const message = messageStore.find(channel, ts);
      if (!message) return refuse("This message is no longer there.");
      messageStore.remove(message);
      await dispatcher.eventsTried();
      return done;
    },

    openHome: async (userId) => {
      const actor = actorIn(userId, undefined);
      if (typeof actor === "string") return refuse(actor);
      const view = workspace.home(userId)?.view;
      const channel = workspace.openDm(userId).id;
      const event = { type: "app_home_opened", user: userId, channel, tab: "home", event_ts: workspace.nextTs() };
      workspace.tell({ subscription: "app_home_opened", event: view ? { ...event, view } : event });
      await dispatcher.eventsTried();
      return done;
    },

    as: (other) => createHands(deps, { ...manner, ...other }),
  };
  return hands;
}
