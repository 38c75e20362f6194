import type { CanaryUseCases } from "#src/canary/use-cases/canaries";
import type { GoliveConfig } from "#src/config/service-config";
import type { Log } from "#src/log";
import type { ScheduleView } from "#src/operations/schedule-view";
import type { SloUseCases } from "#src/operations/slo/use-cases";
import type { OperationUseCases, ProposalUseCases } from "#src/operations/use-cases";
import type { PauseReason } from "#src/release/events";
import type { ManifestSummary } from "#src/release/manifest-summary";
import type { ResourcesNow } from "#src/release/resources-line";
import type { ReleaseUseCases } from "#src/release/use-cases";
import type { RollbackUseCases } from "#src/rollback/use-cases/rollbacks";
import type { HomePages } from "#src/slack/home";
import type { SlackIdentity } from "#src/slack/identity";
import type { Painter } from "#src/slack/painter";
import type { SlackWeb } from "#src/slack/web";

/** What every listener may use. */
export type ListenerDeps = {
  readonly config: GoliveConfig;
  readonly useCases: ReleaseUseCases;
  readonly rollbacks: RollbackUseCases;
  readonly canaries: CanaryUseCases;
  readonly proposals: ProposalUseCases;
  readonly operations: Pick<OperationUseCases, "request" | "operation" | "step"> & {
    readonly schedule: (service: string) => Promise<ScheduleView>;
  };
  readonly slos: SloUseCases;
  readonly home: Pick<HomePages, "open">;
  readonly identity: SlackIdentity;
  readonly web: SlackWeb;
  readonly painter: Pick<Painter, "messageDeleted" | "channelBack">;
  /** Pauses a release whose channel can't be used and tells people (`createPauseForChannel`). */
  readonly pauseForChannel: (release: string, why: PauseReason) => Promise<void>;
  /** A frozen manifest in a few lines; null: it isn't kept. */
  readonly manifestSummary: (service: string, hash: string) => Promise<ManifestSummary | null>;
  /** Who we are, from `auth.test`. */
  readonly self: { readonly userId: string; readonly botId: string; readonly teamId: string };
  /** How all processes of Golive are doing. */
  readonly resources: () => Promise<ResourcesNow>;
  /** Domain clock, epoch milliseconds: what Details says about ages. */
  readonly now: () => number;
  readonly log: Log;
};

/** Services released in this channel. */
export function servicesIn(config: GoliveConfig, channel: string): readonly string[] {
  return Object.entries(config.services)
    .filter(([, service]) => service.channel === channel)
    .map(([id]) => id);
}
