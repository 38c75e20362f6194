import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import { z } from "zod";
import type { SlashCommand } from "#sandbox/slack/people";

const manifestSchema = z.object({
  features: z.object({
    slash_commands: z.array(
      z.object({
        command: z.string(),
        description: z.string(),
        usage_hint: z.string().default(""),
        should_escape: z.boolean().default(false),
      }),
    ),
  }),
  oauth_config: z.object({ scopes: z.object({ bot: z.array(z.string()) }) }),
  settings: z.object({ event_subscriptions: z.object({ bot_events: z.array(z.string()) }) }),
});

/** What installing an app from this manifest gives it: a missing scope, event or command shows in the local Slack too. */
export async function readManifest(file: string): Promise<{
  readonly commands: readonly SlashCommand[];
  readonly scopes: readonly string[];
  readonly events: readonly string[];
}> {
  const { features, oauth_config, settings } = manifestSchema.parse(parse(await readFile(file, "utf8")));
  return {
    commands: features.slash_commands.map(({ command, description, usage_hint, should_escape }) => ({
      command,
      description,
      usageHint: usage_hint,
      shouldEscape: should_escape,
    })),
    scopes: oauth_config.scopes.bot,
    events: settings.event_subscriptions.bot_events,
  };
}
