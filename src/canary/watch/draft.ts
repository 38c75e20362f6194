import { type CanaryAuthored, onCanary } from "#src/canary/watch/decision";
import type { CanaryEvent, Finding, KpiNumbers } from "#src/canary/watch/events";
import { evolveCanary } from "#src/canary/watch/evolve";
import type { CanaryWatch } from "#src/canary/watch/state";
import { onService } from "#src/release/decision";
import { GOLIVE, type Person } from "#src/release/people";
import type { Instant } from "#src/release/policy";

/** A canary while one decision is made about it: each rule sees it as the facts before left it. */
export type Draft = { readonly canary: CanaryWatch; readonly events: readonly CanaryAuthored[]; readonly now: Instant };

export const newDraft = (canary: CanaryWatch, now: Instant): Draft => ({ canary, events: [], now });

/** The draft with these facts added. */
export function add(draft: Draft, events: readonly CanaryEvent[], by: Person = GOLIVE): Draft {
  return events.reduce<Draft>(({ canary, events: before, now }, event) => {
    const fact = onCanary(canary, event, by);
    const recorded = { stream: fact.stream, by, event, at: now, version: canary.version + 1 };
    return { canary: evolveCanary(canary, recorded), events: [...before, fact], now };
  }, draft);
}

/** What was found where nothing ever was. */
const NO_FINDING: Finding = { bucket: null, digest: "", hours: 0 };

/** `kpis` and `finding`: left out, they stay as they are known. */
export type Ending = Omit<Extract<CanaryEvent, { type: "canary-ended" }>, "type" | "kpis" | "finding"> & {
  readonly kpis?: readonly KpiNumbers[];
  readonly finding?: Finding;
};

/** Ends it, on its own stream and on the service's. */
export function end(draft: Draft, ending: Ending, by: Person = GOLIVE): Draft {
  const { canary } = draft;
  const kpis = ending.kpis ?? Object.values(canary.standings);
  const finding = ending.finding ?? canary.finding ?? NO_FINDING;
  const ended = add(draft, [{ type: "canary-ended", ...ending, kpis, finding }], by);
  const closed = { type: "canary-closed", canary: canary.id, as: ending.as } as const;
  return { ...ended, events: [...ended.events, onService({ id: canary.service }, closed, by)] };
}
