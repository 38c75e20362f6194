import type { GoliveIntent } from "#commands/golive";
import { KINDS } from "#src/operations/kinds";
import { refusalReply } from "#src/slack/blocks/command-replies";
import { scheduleReply, startedReply } from "#src/slack/blocks/schedule-reply";
import { resolve } from "#src/slack/listeners/act";
import { say } from "#src/slack/listeners/commands/handler";
import type { ListenerDeps } from "#src/slack/listeners/deps";
import type { Typed } from "#src/slack/listeners/payloads";

/** `/golive schedule`: when each kind runs next, and what came of the last. */
export async function schedule(deps: ListenerDeps, typed: Typed, service: string): Promise<void> {
  await say(deps, typed, scheduleReply(await deps.operations.schedule(service)));
}

/** `/golive run <kind>`: one now. */
export async function runNow(
  deps: ListenerDeps,
  typed: Typed,
  service: string,
  { operation }: Extract<GoliveIntent, { kind: "run" }>,
): Promise<void> {
  const outcome = await deps.operations.request(service, operation, typed.key, await resolve(deps, typed.by));
  const reply = outcome.ok ? startedReply(KINDS[operation].title, service) : refusalReply(outcome.refusal);
  await say(deps, typed, reply);
}
