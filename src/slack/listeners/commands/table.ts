import { answerCanary } from "#commands/canary";
import { notYetReply } from "#src/slack/blocks/command-replies";
import { golive } from "#src/slack/listeners/commands/golive";
import { type CommandHandler, say } from "#src/slack/listeners/commands/handler";
import { rollback } from "#src/slack/listeners/commands/rollback";

/** Every slash command of the app; manifest.yml names the same. */
export const COMMAND_HANDLERS = {
  "/golive": golive,
  "/canary": (deps, typed) => say(deps, typed, notYetReply(answerCanary(typed.text))),
  "/rollback": rollback,
} as const satisfies Readonly<Record<string, CommandHandler>>;
