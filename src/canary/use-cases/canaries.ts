import type { CanaryMonitor } from "#src/canary/monitor/monitor";
import { canaryOf, type DecideCanary } from "#src/canary/use-cases/decide-canary";
import { canaryStream } from "#src/canary/watch/events";
import type { CanaryPersonIntent } from "#src/canary/watch/intents";
import type { CanaryView } from "#src/canary/watch/view";
import { canaryView } from "#src/canary/watch/view-of";
import type { Journal } from "#src/journal/journal";
import { type Recorded, serviceStream } from "#src/release/events";
import type { Refusal } from "#src/release/refusals";
import { serviceEvents } from "#src/release/use-cases/folded";

/** What came of an intent. JSON, since a redelivery is answered with the stored one. */
export type CanaryDecided =
  | { readonly ok: true; readonly canary: string; readonly events: readonly string[] }
  | { readonly ok: false; readonly refusal: Refusal };

/** Everything a command, a button, a modal or the command line can ask of a canary. */
export interface CanaryUseCases {
  canary(id: string): Promise<CanaryView | null>;
  /** The canary of a service that is open, else its newest, else null. */
  currentCanary(service: string): Promise<CanaryView | null>;
  /** `key`: intake key; the same click delivered twice has the same one. */
  act(canary: string, key: string | null, intent: CanaryPersonIntent): Promise<CanaryDecided>;
}

export type CanaryUseCaseDeps = {
  readonly journal: Pick<Journal, "load">;
  readonly decide: DecideCanary;
  readonly monitor: Pick<CanaryMonitor, "sight">;
  /** Why no question is asked at the moment; null: nothing is in the way. */
  readonly probesWait: (canary: string) => Promise<string | null>;
};

export function createCanaryUseCases({ journal, decide, monitor, probesWait }: CanaryUseCaseDeps): CanaryUseCases {
  const load = async (id: string) => canaryOf(await journal.load(canaryStream(id)));
  const viewed = async (id: string): Promise<CanaryView | null> => {
    const canary = await load(id);
    if (canary === null) return null;
    const wait = canary.standing === "watching" ? await probesWait(id) : null;
    return { ...canaryView(canary, await monitor.sight(canary)), probesWait: wait };
  };
  return {
    canary: viewed,
    async currentCanary(service) {
      const newest = newestCanary(await journal.load(serviceStream(service)));
      return newest === null ? null : viewed(newest);
    },
    async act(id, key, intent) {
      const canary = await load(id);
      if (canary === null) return { ok: false, refusal: { kind: "no-canary", service: id } };
      return decide(canary.service, id, key, intent);
    },
  };
}

/** There is one open at a time, and it is the newest. */
function newestCanary(stream: readonly Recorded[]): string | null {
  const opened = serviceEvents(stream).findLast(({ event }) => event.type === "canary-opened")?.event;
  return opened?.type === "canary-opened" ? opened.canary : null;
}
