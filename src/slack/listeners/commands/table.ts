import { canary } from "#src/slack/listeners/commands/canary";
import { golive } from "#src/slack/listeners/commands/golive";
import type { CommandHandler } from "#src/slack/listeners/commands/handler";
import { rollback } from "#src/slack/listeners/commands/rollback";

/** Every slash command of the app; manifest.yml names the same. */
export const COMMAND_HANDLERS = {
  "/golive": golive,
  "/canary": canary,
  "/rollback": rollback,
} as const satisfies Readonly<Record<string, CommandHandler>>;
