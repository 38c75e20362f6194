import { ARMS, type Arm } from "#src/canary/observation";
import { acceptThese, type CanaryDecision } from "#src/canary/watch/decision";
import { add, type Draft, end, newDraft } from "#src/canary/watch/draft";
import { dueEscalations, dueRollback, nextRollback } from "#src/canary/watch/due";
import { escalationTo } from "#src/canary/watch/escalation";
import type { CanaryEvent } from "#src/canary/watch/events";
import type { CanaryIntent, Look } from "#src/canary/watch/intents";
import { numbersOf } from "#src/canary/watch/numbers";
import { sayPassed, sayRollback, sayRolledBack, saySuperseded } from "#src/canary/watch/says";
import type { CanaryWatch } from "#src/canary/watch/state";
import { samePair } from "#src/release/pair";
import type { RoleMembers } from "#src/release/people";
import type { Instant } from "#src/release/policy";
import type { ServiceState } from "#src/release/state";

/**
 * Golive's own, every few seconds on every replica: what is seen, and what is due by the clock. Each fact comes once, since each rule
 * looks for what is not known yet.
 */
export function decideWatch(
  service: ServiceState,
  canary: CanaryWatch,
  { look: seen, asOf = canary.version, members, blind }: Extract<CanaryIntent, { type: "watch" }>,
  now: Instant,
): CanaryDecision {
  if (canary.ended !== null) return acceptThese();
  const draft = newDraft(canary, now);
  if (!samePair(service.live, canary.candidate)) return acceptThese(...leave(draft, service).events);
  if (canary.standing === "paused") return acceptThese();
  const look = asOf === canary.version ? seen : undefined;
  const found = look === undefined ? missSight(draft, blind) : see(regainSight(draft), look);
  // What is due comes before the end of the window: nobody is asked to decide what Golive does by itself a moment later.
  const done = tell(rollBack(found), members ?? canary.members);
  return acceptThese(...(look === undefined || look === null ? done : close(done, look)).events);
}

/** Something else answers: there is nothing to watch any more. */
function leave(draft: Draft, { live }: ServiceState): Draft {
  const { canary } = draft;
  const isBack = samePair(live, canary.baseline);
  const says = isBack ? sayRolledBack(canary) : saySuperseded(canary, live);
  return end(draft, { as: isBack ? "rolled-back" : "superseded", says, live, proven: [], unrefuted: [] });
}

/** From the first look that failed to when people are told: what passes by itself is no news. */
const BLIND_AFTER_MS = 30 * 60_000;

function missSight(draft: Draft, blind: Extract<CanaryIntent, { type: "watch" }>["blind"]): Draft {
  const { canary, now } = draft;
  if (blind === undefined || canary.standing !== "watching" || canary.rollback !== null) return draft;
  const isNews = (canary.blind ?? null) === null && now - blind.since >= BLIND_AFTER_MS;
  return isNews ? add(draft, [{ type: "watch-blind", ...blind }]) : draft;
}

const regainSight = (draft: Draft): Draft =>
  (draft.canary.blind ?? null) === null ? draft : add(draft, [{ type: "watch-sees" }]);

/** `look` null: nobody was ever heard. */
function see(draft: Draft, look: Look | null): Draft {
  const found = look === null ? draft : judge(draft, look);
  return add(
    found,
    ARMS.flatMap((arm) => listenTo(found, arm, look?.heard[arm] ?? null)),
  );
}

function judge(draft: Draft, { report, finding, worst }: Look): Draft {
  const { canary } = draft;
  const known = new Set(canary.breaches.map(({ kpi }) => kpi));
  const breaches = report.kpis
    .filter(({ id, standing }) => standing === "breach" && !known.has(id))
    .map((each) => ({ ...each, at: each.firstAlarmAt ?? draft.now }))
    .sort((a, b) => a.at - b.at)
    .map((each): CanaryEvent => {
      const { onBreach, owner } = each.kpi;
      const questions = Object.hasOwn(worst, each.id) ? (worst[each.id] ?? []) : [];
      const numbers = numbersOf(each);
      return {
        type: "breach-found",
        kpi: each.id,
        at: each.at,
        onBreach,
        owner,
        numbers,
        finding,
        worst: questions.slice(0, WORST),
      };
    });
  const changed = report.kpis
    .filter(({ id, standing }) => standing !== "breach" && !known.has(id) && standing !== standingOf(canary, id))
    .map(numbersOf);
  return add(draft, [
    ...breaches,
    ...(changed.length === 0 ? [] : [{ type: "standings-changed", kpis: changed, finding } as const]),
  ]);
}

const WORST = 3;

const standingOf = ({ standings }: CanaryWatch, kpi: string) =>
  Object.hasOwn(standings, kpi) ? (standings[kpi]?.standing ?? "unknown") : "unknown";

/** Silence counts from what was heard last, from the cutover, or from the end of the last pause; after the window it says nothing. */
function listenTo({ canary, now }: Draft, arm: Arm, heard: Instant | null): readonly CanaryEvent[] {
  if (canary.standing !== "watching" || canary.rollback !== null) return [];
  const since = Math.max(heard ?? canary.from, canary.from, canary.pauses.at(-1)?.to ?? canary.from);
  const isSilent = now - since >= canary.response.silentAfterMs;
  const known = canary.silent[arm];
  if (known === undefined) return isSilent ? [{ type: "arm-silent", arm, since }] : [];
  return !isSilent && heard !== null && heard > known ? [{ type: "arm-heard", arm }] : [];
}

function rollBack(draft: Draft): Draft {
  const { canary, now } = draft;
  const due = dueRollback(canary);
  if (due === null || now < due.at) return draft;
  const reason = sayRollback(canary, due);
  const rollback = nextRollback(canary);
  return add(draft, [{ type: "rollback-triggered", rollback, kpi: due.kpi, why: due.why, reason }]);
}

/** Both steps may be due at once, after a night in which nobody watched: then both are told. */
function tell(draft: Draft, members: RoleMembers): Draft {
  const due = dueEscalations(draft.canary).find(({ at }) => at <= draft.now);
  if (due === undefined) return draft;
  const { kpi, step } = due;
  const to = escalationTo(draft.canary, kpi, step, members);
  return tell(add(draft, [{ type: "breach-escalated", kpi, step, to, because: "unacknowledged" }]), members);
}

/** The end of the window. While a rollback is on its way there is nothing to decide. */
function close(draft: Draft, { report, finding, over }: Look): Draft {
  const { canary } = draft;
  if (!over || canary.standing !== "watching" || canary.rollback !== null || dueRollback(canary) !== null) return draft;
  const kpis = report.kpis.map(numbersOf);
  const { verdict, proven, unrefuted } = report;
  if (verdict === "pass" && canary.breaches.length === 0) {
    return end(draft, { as: "passed", says: sayPassed(report), proven, unrefuted, kpis, finding });
  }
  const contradicted = canary.breaches.map(({ kpi }) => `${kpi} was found in breach`);
  return add(draft, [
    verdict === "pass"
      ? { type: "window-ended", verdict: "inconclusive", reasons: contradicted, kpis, finding }
      : { type: "window-ended", verdict, reasons: report.reasons, kpis, finding },
  ]);
}
