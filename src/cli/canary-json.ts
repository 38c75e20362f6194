import { thresholdOf } from "#src/canary/kpi-report";
import type { CanarySight, CanaryView, NextStep } from "#src/canary/watch/view";
import { figuresOf } from "#src/canary/words/figures";
import { iso } from "#src/cli/times";
import type { Instant } from "#src/release/policy";

/** The one JSON document about a canary. Times are ISO 8601 UTC; a p95 among the failed is null with `beyond: true`. */
export function canaryViewJson(ok: boolean, view: CanaryView) {
  const { canary, sight, next } = view;
  const { blind = null } = canary;
  return {
    ok,
    service: canary.service,
    canary: canary.id,
    number: canary.number,
    release: canary.release,
    standing: canary.standing,
    verdict: sight?.verdict ?? canary.window?.verdict ?? null,
    reasons: sight?.reasons ?? canary.window?.reasons ?? [],
    hours: sight?.hours ?? canary.finding?.hours ?? 0,
    of: canary.policy.durationHours,
    doubts: sight?.doubts ?? [],
    counts:
      sight === null ? null : { baseline: countsOf(sight.counts.baseline), canary: countsOf(sight.counts.canary) },
    questions: { asked: sight?.asked ?? 0, of: canary.questions, wait: view.probesWait ?? null },
    kpis: canary.policy.kpis.map((kpi) => {
      const figures = figuresOf(view, kpi.id);
      return {
        id: kpi.id,
        standing: figures?.standing ?? "unknown",
        value: finite(figures?.value),
        beyond: figures?.value === Number.POSITIVE_INFINITY,
        baseline: finite(figures?.baseline),
        threshold: thresholdOf(kpi),
        log_e: finite(figures?.logE),
        bar: figures?.bar ?? null,
        n: figures?.n ?? 0,
        detectable: finite(sight?.kpis.find(({ id }) => id === kpi.id)?.detectable),
      };
    }),
    breaches: canary.breaches.map((breach) => ({
      kpi: breach.kpi,
      at: iso(breach.at),
      found_at: iso(breach.foundAt),
      on_breach: breach.onBreach,
      owner: breach.owner,
      value: breach.numbers.value,
      beyond: breach.numbers.beyond,
      baseline: breach.numbers.baseline,
      log_e: breach.numbers.logE,
      n: breach.numbers.n,
      worst: breach.worst,
      acknowledged: stamp(breach.acknowledged),
      muted_until: breach.mutedUntil === null ? null : iso(breach.mutedUntil),
      escalated: breach.escalated.map(({ step, to, because, at }) => ({
        step,
        to: to.map(({ id }) => id),
        because,
        at: iso(at),
      })),
    })),
    held: reasoned(canary.held),
    paused: reasoned(canary.paused),
    impeded: canary.impeded,
    given_up: canary.givenUp === null ? null : { says: canary.givenUp.says, at: iso(canary.givenUp.at) },
    blind: blind === null ? null : { since: iso(blind.since), says: blind.says },
    next: nextJson(next),
    candidate: canary.candidate,
    baseline: canary.baseline,
    ended:
      canary.ended === null
        ? null
        : { as: canary.ended.as, says: canary.ended.says, by: canary.ended.by.id, at: iso(canary.ended.at) },
  };
}

type Counts = CanarySight["counts"]["canary"];
const countsOf = ({ counted, failed, late, unpaired }: Counts) => ({ counted, failed, late, unpaired });

function nextJson(next: NextStep): object {
  switch (next.kind) {
    case "rolls-back":
      return { kind: next.kind, at: iso(next.at), kpi: next.kpi, why: next.why };
    case "escalates":
      return { kind: next.kind, at: iso(next.at), kpi: next.kpi };
    case "watches":
      return { kind: next.kind, hours_left: next.hoursLeft };
    case "rolling-back":
    case "waits-for-people":
      return next;
  }
}

const finite = (value: number | null | undefined): number | null =>
  value !== undefined && value !== null && Number.isFinite(value) ? value : null;

type Stamp = { readonly by: { readonly id: string }; readonly at: Instant };
const stamp = (of: Stamp | null) => (of === null ? null : { by: of.by.id, at: iso(of.at) });
const reasoned = (of: (Stamp & { readonly reason: string }) | null) =>
  of === null ? null : { by: of.by.id, at: iso(of.at), reason: of.reason };
