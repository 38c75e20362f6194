import type { Hub } from "#sandbox/slack/hub";
import type { Block, Json, SandboxChannel, SandboxFile, SandboxMessage } from "#sandbox/slack/model";
import { type Bot, messageToWire } from "#sandbox/slack/wire";

export type MessageDraft = {
  readonly channel: string;
  readonly user: string;
  readonly text: string;
  readonly blocks?: readonly Block[];
  readonly threadTs?: string | null;
  readonly metadata?: Json;
  readonly ephemeralFor?: string | null;
  readonly files?: readonly SandboxFile[];
};

export type MessageChange = {
  readonly text?: string;
  readonly blocks?: readonly Block[];
  readonly metadata?: Json;
  /** Slack shows "(edited)" for changed text only, not for changed blocks. */
  readonly markEdited?: boolean;
};

export type MessageStore = {
  all(channel: string): readonly SandboxMessage[];
  find(channel: string, ts: string): SandboxMessage | undefined;
  add(draft: MessageDraft): SandboxMessage;
  change(message: SandboxMessage, change: MessageChange): void;
  remove(message: SandboxMessage): void;
};

/** Messages of all channels in the order they were posted; each change is told to the app as Slack would. */
export function createMessageStore(deps: {
  hub: Hub;
  bot: Bot;
  nextTs: () => string;
  channel: (id: string) => SandboxChannel | undefined;
}): MessageStore {
  const { hub, bot, nextTs } = deps;
  const byChannel = new Map<string, SandboxMessage[]>();

  const tell = (message: SandboxMessage, event: Block) => {
    if (message.ephemeralFor !== null) return;
    const dm = deps.channel(message.channel)?.kind === "dm";
    const base = { type: "message", channel: message.channel, channel_type: dm ? "im" : "channel" };
    hub.tell({ subscription: dm ? "message.im" : "message.channels", event: { ...base, ...event } });
  };

  return {
    all: (channel) => byChannel.get(channel) ?? [],
    find: (channel, ts) => byChannel.get(channel)?.find((message) => message.ts === ts),
    add: (draft) => {
      const message: SandboxMessage = {
        channel: draft.channel,
        ts: nextTs(),
        user: draft.user,
        text: draft.text,
        blocks: draft.blocks ?? [],
        threadTs: draft.threadTs ?? null,
        metadata: draft.metadata ?? null,
        editedAt: null,
        ephemeralFor: draft.ephemeralFor ?? null,
        files: draft.files ?? [],
      };
      const list = byChannel.get(draft.channel) ?? [];
      list.push(message);
      byChannel.set(draft.channel, list);
      hub.changed();
      tell(message, { ...messageToWire(message, bot, { metadata: false }), event_ts: message.ts });
      return message;
    },
    change: (message, change) => {
      const previous = messageToWire(message, bot, { metadata: false });
      if (change.text !== undefined) message.text = change.text;
      if (change.blocks !== undefined) message.blocks = change.blocks;
      if (change.metadata !== undefined) message.metadata = change.metadata;
      const at = nextTs();
      if (change.markEdited) message.editedAt = at;
      hub.changed();
      tell(message, {
        subtype: "message_changed",
        hidden: true,
        ts: at,
        event_ts: at,
        message: messageToWire(message, bot, { metadata: false }),
        previous_message: previous,
      });
    },
    remove: (message) => {
      const list = byChannel.get(message.channel);
      const index = list?.indexOf(message) ?? -1;
      if (!list || index < 0) return;
      list.splice(index, 1);
      const at = nextTs();
      hub.changed();
      tell(message, {
        subtype: "message_deleted",
        hidden: true,
        ts: at,
        event_ts: at,
        deleted_ts: message.ts,
        previous_message: messageToWire(message, bot, { metadata: false }),
      });
    },
  };
}
