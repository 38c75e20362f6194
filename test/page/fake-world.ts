import type {
  Block,
  Done,
  Hands,
  SandboxChannel,
  SandboxGroup,
  SandboxMessage,
  SandboxUser,
  SandboxView,
  World,
} from "#sandbox/slack/model";

const home = "T1";

/** 3 November 2026, 09:00 UTC. */
export const morning = Date.UTC(2026, 10, 3, 9);

const cast: readonly SandboxUser[] = [
  { id: "UROSA", name: "Rosa Lind", title: "Release manager", teamId: home, kind: "member" },
  { id: "UDAN", name: "Dan Ito", title: "Data lead", teamId: home, kind: "member" },
  { id: "UGUS", name: "Gus Hale", title: "Writer", teamId: home, kind: "guest" },
  { id: "USTEN", name: "Sten Falk", title: "Consultant", teamId: "T2", kind: "stranger" },
  { id: "UDORA", name: "Dora Kern", title: "Left in May", teamId: home, kind: "deactivated" },
  { id: "UBOT", name: "Golive", title: "App", teamId: home, kind: "bot" },
];

export type FakeWorld = World & {
  readonly users: SandboxUser[];
  readonly channels: SandboxChannel[];
  readonly deeds: readonly (readonly unknown[])[];
  readonly hands: Hands;
  /** What the next deeds come to. */
  outcome: Done;
  post(message: Partial<SandboxMessage>): SandboxMessage;
  remove(ts: string): void;
  show(user: string, stack: readonly SandboxView[]): void;
  publish(user: string, view: Block): void;
  changed(): void;
};

/** A world in memory: the page's interfaces and nothing behind them. */
export function createFakeWorld(): FakeWorld {
  const listeners = new Set<() => void>();
  const messages: SandboxMessage[] = [];
  const stacks = new Map<string, readonly SandboxView[]>();
  const homes = new Map<string, SandboxView>();
  const deeds: (readonly unknown[])[] = [];
  let clock = morning;
  const everyone = cast.map(({ id }) => id);
  const channel = (id: string, name: string, kind: "channel" | "dm", members: string[]): SandboxChannel => ({
    id,
    name,
    kind,
    members,
    archived: false,
    botIsMember: true,
    sharedExternally: false,
  });
  const groups: SandboxGroup[] = [{ id: "S1", handle: "data-leads", name: "Data leads", users: ["UDAN"] }];
  const record =
    (name: string) =>
    async (...args: readonly unknown[]): Promise<Done> => {
      deeds.push([name, ...args]);
      return world.outcome;
    };
  const world: FakeWorld = {
    team: { id: home, name: "Harbor Docs" },
    users: [...cast],
    groups,
    channels: [
      channel("CREL", "release", "channel", [...everyone]),
      channel("CGEN", "general", "channel", [...everyone]),
      channel("DDAN", "dan", "dm", ["UDAN", "UBOT"]),
    ],
    commands: [
      {
        command: "/golive",
        description: "Take a run into production",
        usageHint: "start [service] [run] | status | cancel | rerun <gate> | help",
      },
      { command: "/canary", description: "How the canary stands", usageHint: "status" },
    ],
    deeds,
    outcome: { ok: true },
    messages: (id, viewer) =>
      messages.filter((each) => each.channel === id && (each.ephemeralFor === null || each.ephemeralFor === viewer)),
    views: (user) => stacks.get(user) ?? [],
    home: (user) => homes.get(user),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    changed() {
      for (const listener of listeners) listener();
    },
    post(given) {
      clock += 60_000;
      const message: SandboxMessage = {
        channel: "CREL",
        ts: `${clock / 1000}.000100`,
        user: "UBOT",
        text: "",
        blocks: [],
        threadTs: null,
        metadata: null,
        editedAt: null,
        ephemeralFor: null,
        files: [],
        ...given,
      };
      messages.push(message);
      world.changed();
      return message;
    },
    remove(ts) {
      const at = messages.findIndex((message) => message.ts === ts);
      if (at >= 0) messages.splice(at, 1);
      world.changed();
    },
    show(user, stack) {
      stacks.set(user, stack);
      world.changed();
    },
    publish(user, view) {
      homes.set(user, { id: "VHOME", user, hash: "1", view, errors: {} });
      world.changed();
    },
    hands: {
      say: record("say"),
      command: record("command"),
      click: record("click"),
      submit: record("submit"),
      closeView: record("closeView"),
      deleteMessage: record("deleteMessage"),
      openHome: record("openHome"),
    },
  };
  return world;
}

export const modal = (id: string, user: string, view: Block, errors: Record<string, string> = {}): SandboxView => ({
  id,
  user,
  hash: id,
  view,
  errors,
});
