import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { GOLIVE_VERBS } from "#commands/golive";
import { harborDocs } from "#sandbox/slack/people";
import { ACTIONS, CALLBACKS } from "#src/slack/ids";
import { ACTION_HANDLERS } from "#src/slack/listeners/actions/table";
import { COMMAND_HANDLERS } from "#src/slack/listeners/commands/table";
import { EVENT_HANDLERS } from "#src/slack/listeners/events/table";
import { VIEW_HANDLERS } from "#src/slack/listeners/views/table";

const root = join(import.meta.dirname, "../..");
const url = z.url({ protocol: /^https$/ });

/** The parts of Slack's manifest schema that we use; strict, because Slack refuses unknown keys. */
const manifestSchema = z.strictObject({
  _metadata: z.strictObject({ major_version: z.literal(2), minor_version: z.literal(1) }),
  display_information: z.strictObject({
    name: z.string().max(35),
    description: z.string().max(140),
    long_description: z.string().min(174).max(4_000),
    background_color: z.string().regex(/^#[0-9a-f]{6}$/),
  }),
  features: z.strictObject({
    app_home: z.strictObject({
      home_tab_enabled: z.literal(true),
      messages_tab_enabled: z.literal(true),
      messages_tab_read_only_enabled: z.literal(true),
    }),
    bot_user: z.strictObject({ display_name: z.string().max(80), always_online: z.boolean() }),
    slash_commands: z
      .array(
        z.strictObject({
          command: z.string().regex(/^\/[a-z]{1,31}$/),
          description: z.string().min(1).max(2_000),
          usage_hint: z.string().min(1).max(1_000),
          should_escape: z.literal(true),
          url,
        }),
      )
      .max(50),
  }),
  oauth_config: z.strictObject({ scopes: z.strictObject({ bot: z.array(z.string()) }) }),
  settings: z.strictObject({
    event_subscriptions: z.strictObject({ request_url: url, bot_events: z.array(z.string()) }),
    interactivity: z.strictObject({ is_enabled: z.literal(true), request_url: url }),
    org_deploy_enabled: z.boolean(),
    socket_mode_enabled: z.boolean(),
    token_rotation_enabled: z.boolean(),
  }),
});

const manifest = manifestSchema.parse(parse(readFileSync(join(root, "manifest.yml"), "utf8")));
const commands = manifest.features.slash_commands.map(({ command }) => command);

/** Which scope each Web API method we call and each event we hear needs, from Slack's reference. */
const SCOPES: Readonly<Record<string, readonly string[]>> = {
  "chat.postMessage": ["chat:write"],
  "chat.update": ["chat:write"],
  "chat.postEphemeral": ["chat:write"],
  "conversations.history": ["channels:history", "groups:history", "im:history"],
  "conversations.replies": ["channels:history", "groups:history"],
  "conversations.info": ["channels:read", "groups:read"],
  "conversations.open": ["im:write"],
  "files.getUploadURLExternal": ["files:write"],
  "files.completeUploadExternal": ["files:write"],
  "users.info": ["users:read"],
  "usergroups.users.list": ["usergroups:read"],
  "auth.test": [],
  "views.open": [],
  "views.push": [],
  "views.update": [],
  "views.publish": [],
  "chat.getPermalink": [],
  "message.channels": ["channels:history"],
  "message.groups": ["groups:history"],
  user_change: ["users:read"],
  subteam_updated: ["usergroups:read"],
  subteam_members_changed: ["usergroups:read"],
};

describe("manifest.yml", () => {
  it("names exactly the commands that have a listener and a file in commands/", () => {
    expect(commands.toSorted()).toEqual(Object.keys(COMMAND_HANDLERS).toSorted());
    const files = readdirSync(join(root, "commands"));
    expect(files).toEqual(expect.arrayContaining(commands.map((command) => `${command.slice(1)}.ts`)));
  });

  it("hints at every verb of /golive", () => {
    const hint = manifest.features.slash_commands.find(({ command }) => command === "/golive")?.usage_hint ?? "";
    expect(hint.split(" | ").map((words) => words.split(" ")[0])).toEqual(expect.arrayContaining([...GOLIVE_VERBS]));
  });

  it("names the same commands as the local Slack", () => {
    expect(
      harborDocs()
        .commands.map(({ command }) => command)
        .toSorted(),
    ).toEqual(commands.toSorted());
  });

  it("subscribes to exactly the events that have a listener", () => {
    const types = manifest.settings.event_subscriptions.bot_events.map((event) =>
      event.replace(/^message\..*/, "message"),
    );
    expect([...new Set(types)].toSorted()).toEqual(Object.keys(EVENT_HANDLERS).toSorted());
  });

  it("asks for every scope that a call or an event of ours needs", () => {
    const methods = ["web.ts", "directory.ts", "read-history.ts"].flatMap((file) => [
      ...readFileSync(join(root, "src/slack", file), "utf8").matchAll(
        /"((?:chat|conversations|files|users|usergroups|views|auth)\.[a-zA-Z.]+)"/g,
      ),
    ]);
    const called = methods.flatMap(([, method]) => (method === undefined ? [] : [method]));
    expect(called.length).toBeGreaterThan(10);
    const { bot } = manifest.oauth_config.scopes;
    for (const needing of [...called, ...manifest.settings.event_subscriptions.bot_events]) {
      if (needing.includes(".")) expect(Object.keys(SCOPES), `the scopes of ${needing} are known`).toContain(needing);
      expect(bot, needing).toEqual(expect.arrayContaining([...(SCOPES[needing] ?? [])]));
    }
    expect(bot).toContain("commands");
  });
});

describe("ids", () => {
  it("every button has a listener, and no listener is without a button", () => {
    expect(Object.keys(ACTION_HANDLERS).toSorted()).toEqual(Object.values(ACTIONS).toSorted());
  });

  it("every modal has a listener, and no listener is without a modal", () => {
    expect(Object.keys(VIEW_HANDLERS).toSorted()).toEqual(Object.values(CALLBACKS).toSorted());
  });

  it("no action, command or callback is named in a listener other than through the tables", () => {
    const files = readdirSync(join(root, "src/slack/listeners"), { recursive: true, encoding: "utf8" });
    const sources = files.filter((file) => file.endsWith(".ts") && !file.endsWith("table.ts"));
    expect(sources.length).toBeGreaterThan(10);
    for (const file of sources) {
      const text = readFileSync(join(root, "src/slack/listeners", file), "utf8");
      for (const id of Object.values(ACTIONS)) expect(text, `${file} names ${id}`).not.toContain(`"${id}"`);
    }
  });
});
