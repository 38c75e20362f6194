import type { SandboxChannel, SandboxGroup, SandboxUser } from "#sandbox/slack/model";

/** A slash command as the app's configuration page would list it. */
export type SlashCommand = {
  readonly command: string;
  readonly description: string;
  readonly usageHint: string;
  /** Slack then turns `@rosa` into `<@U0ROSA|rosa>` and escapes &, < and > in the text. */
  readonly shouldEscape: boolean;
};

/** What a workspace starts with. Change parts of `harborDocs()` to try another one. */
export type Seed = {
  readonly team: { readonly id: string; readonly name: string };
  readonly bot: { readonly userId: string; readonly botId: string; readonly appId: string; readonly name: string };
  readonly users: readonly SandboxUser[];
  readonly groups: readonly SandboxGroup[];
  readonly channels: readonly SandboxChannel[];
  readonly commands: readonly SlashCommand[];
};

const TEAM = "T0GOLIVE";

const cast: readonly SandboxUser[] = [
  { id: "U0ROSA", name: "Rosa Lind", title: "Release manager", teamId: TEAM, kind: "member" },
  { id: "U0MILA", name: "Mila Berg", title: "ML lead", teamId: TEAM, kind: "member" },
  { id: "U0DAN", name: "Dan Ito", title: "Data lead", teamId: TEAM, kind: "member" },
  { id: "U0MEI", name: "Mei Sato", title: "Data lead", teamId: TEAM, kind: "member" },
  { id: "U0OMAR", name: "Omar Haddad", title: "On-call engineer", teamId: TEAM, kind: "member" },
  { id: "U0INES", name: "Ines Roy", title: "Engineering lead", teamId: TEAM, kind: "member" },
  { id: "U0TOM", name: "Tom Vega", title: "Engineering lead", teamId: TEAM, kind: "member" },
  { id: "U0NORA", name: "Nora Quist", title: "Head of support", teamId: TEAM, kind: "member" },
  { id: "U0GUS", name: "Gus Hale", title: "Guest", teamId: TEAM, kind: "guest" },
  { id: "U0STEN", name: "Sten Falk", title: "From another organisation", teamId: "T0OTHER", kind: "stranger" },
  { id: "U0DORA", name: "Dora Kern", title: "Deactivated", teamId: TEAM, kind: "deactivated" },
  { id: "U0GOLIVE", name: "Golive", title: "App", teamId: TEAM, kind: "bot" },
];

const commands: readonly SlashCommand[] = [
  {
    command: "/golive",
    description: "Take a RAG service live with checks and sign-offs",
    usageHint: "start [service] [run] | status | manifest | rerun <check> | cancel | unlock | help",
    shouldEscape: true,
  },
  {
    command: "/canary",
    description: "The watch over a release after its cutover",
    usageHint:
      "status | explain <kpi> | acknowledge|mute|escalate <kpi> | hold | pause | resume | extend <h> | promote | abort | help",
    shouldEscape: true,
  },
  {
    command: "/rollback",
    description: "Take a service back to what was live before, or to a backup",
    usageHint: "[service] [previous | backup id] [--dry-run]",
    shouldEscape: true,
  },
];

/**
 * The cast: team Harbor Docs. Everyone who can sign in is in #release from the start, the stranger too, so that a
 * click from another organisation can be tried; `shareExternally` is what makes the channel *say* that it is shared.
 */
export function harborDocs(): Seed {
  const everyone = cast.filter((user) => user.kind !== "deactivated").map((user) => user.id);
  return {
    team: { id: TEAM, name: "Harbor Docs" },
    bot: { userId: "U0GOLIVE", botId: "B0GOLIVE", appId: "A0GOLIVE", name: "Golive" },
    users: cast.map((user) => ({ ...user })),
    groups: [
      { id: "S0RELEASE", handle: "release-approvers", name: "Release approvers", users: ["U0INES", "U0TOM"] },
      { id: "S0ONCALL", handle: "on-call", name: "On call", users: ["U0OMAR"] },
    ],
    channels: [channel("C0RELEASE", "release", everyone), channel("C0GENERAL", "general", everyone)],
    commands,
  };
}

function channel(id: string, name: string, members: readonly string[]): SandboxChannel {
  return {
    id,
    name,
    kind: "channel",
    members: [...members],
    archived: false,
    botIsMember: true,
    sharedExternally: false,
  };
}

/** The name people type after the @: the first word of the name, in lower case. */
export function handleOf(user: SandboxUser): string {
  return (user.name.split(" ")[0] ?? user.name).toLowerCase();
}
