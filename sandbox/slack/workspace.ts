import { createHub, createTimestamps, type Hub } from "#sandbox/slack/hub";
import { createMembership, type Mutators } from "#sandbox/slack/membership";
import { createMessageStore, type MessageStore } from "#sandbox/slack/message-store";
import type { SandboxChannel, SandboxFile, SandboxGroup, SandboxUser, World } from "#sandbox/slack/model";
import { harborDocs, type Seed, type SlashCommand } from "#sandbox/slack/people";
import { createViewStore, type ViewStore } from "#sandbox/slack/view-store";
import type { Bot } from "#sandbox/slack/wire";

/** The whole state of the local Slack: what the page reads, and what the Web API and the hands change. */
export interface Workspace extends World, Mutators {
  readonly bot: Bot;
  readonly commands: readonly SlashCommand[];
  user(id: string): SandboxUser | undefined;
  group(id: string): SandboxGroup | undefined;
  channel(id: string): SandboxChannel | undefined;
  /** A file by its id, for pages that show `slack_file` images. */
  file(id: string): SandboxFile | undefined;
  addFile(file: SandboxFile): void;
  /** The direct message channel with this person; made when there is none. */
  openDm(user: string): SandboxChannel;
  readonly messageStore: MessageStore;
  readonly viewStore: ViewStore;
  nextTs(): string;
  onEvent: Hub["onEvent"];
  /** For the parts of the sandbox that cause an event which no mutator causes (App Home opened). */
  tell: Hub["tell"];
}

/** @param now epoch milliseconds; message timestamps and expiries are counted with it */
export function createWorkspace(seed: Seed = harborDocs(), now: () => number = Date.now): Workspace {
  const hub = createHub();
  const nextTs = createTimestamps(now);
  const users: SandboxUser[] = seed.users.map((user) => ({ ...user }));
  const groups: SandboxGroup[] = seed.groups.map((group) => ({ ...group, users: [...group.users] }));
  const channels: SandboxChannel[] = seed.channels.map((each) => ({ ...each, members: [...each.members] }));
  const files = new Map<string, SandboxFile>();
  const bot: Bot = { ...seed.bot, teamId: seed.team.id };
  const user = (id: string) => users.find((each) => each.id === id);
  const group = (id: string) => groups.find((each) => each.id === id);
  const channel = (id: string) => channels.find((each) => each.id === id);
  const messageStore = createMessageStore({ hub, bot, nextTs, channel });
  const viewStore = createViewStore({ hub, bot });

  const openDm = (id: string): SandboxChannel => {
    const dmId = `D0${id.slice(1)}`;
    const known = channel(dmId);
    if (known) return known;
    const dm: SandboxChannel = {
      id: dmId,
      name: user(id)?.name ?? id,
      kind: "dm",
      members: [id, bot.userId],
      archived: false,
      botIsMember: true,
      sharedExternally: false,
    };
    channels.push(dm);
    hub.changed();
    return dm;
  };

  return {
    team: seed.team,
    bot,
    commands: seed.commands,
    users,
    groups,
    channels,
    user,
    group,
    channel,
    file: (id) => files.get(id),
    addFile: (file) => {
      files.set(file.id, file);
    },
    openDm,
    messages: (id, viewer) => {
      const room = channel(id);
      if (room?.kind === "dm" && !room.members.includes(viewer)) return [];
      return messageStore.all(id).filter(({ ephemeralFor }) => ephemeralFor === null || ephemeralFor === viewer);
    },
    views: (id) => viewStore.stack(id),
    home: (id) => viewStore.home(id),
    messageStore,
    viewStore,
    nextTs,
    onChange: hub.onChange,
    onEvent: hub.onEvent,
    tell: hub.tell,
    ...createMembership({ hub, bot, nextTs, user, group, channel, users }),
  };
}
