import type { PauseReason } from "#src/release/events";
import { IdentityError } from "#src/slack/identity-error";
import { type ListenerDeps, servicesIn } from "#src/slack/listeners/deps";

type Deps = Pick<ListenerDeps, "config" | "identity" | "painter" | "useCases" | "pauseForChannel">;

const REASONS = {
  archived: "channel-archived",
  unreachable: "bot-removed",
  shared: "channel-shared-externally",
} as const satisfies Record<string, PauseReason>;

/**
 * Pauses or resumes the open releases of a channel as the channel stands now. `otherwise`: what an event said happened, for
 * when Slack doesn't describe the channel; null then changes nothing.
 */
export async function followChannel(deps: Deps, channel: string, otherwise: PauseReason | null): Promise<void> {
  const services = servicesIn(deps.config, channel);
  if (services.length === 0) return;
  const because = await reasonToPause(deps, channel, otherwise);
  if (because === "unknown") return;
  for (const service of services) {
    const view = await deps.useCases.currentRelease(service);
    if (view === null || view.release.ended !== null) continue;
    const { id, paused } = view.release;
    if (because !== null && paused !== because) await deps.pauseForChannel(id, because);
    if (because === null && paused !== null) {
      await deps.painter.channelBack(service);
      await deps.useCases.resumeRelease(id);
    }
  }
}

async function reasonToPause(
  deps: Deps,
  channel: string,
  otherwise: PauseReason | null,
): Promise<PauseReason | null | "unknown"> {
  try {
    const state = await deps.identity.channel(channel);
    return state === "ours" ? null : REASONS[state];
  } catch (error) {
    if (!(error instanceof IdentityError)) throw error;
    return otherwise ?? "unknown";
  }
}
