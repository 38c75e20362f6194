import { logTail } from "#src/operations/slo/chance";
import type { SloBurn } from "#src/operations/slo/events";
import type { BurnRule, SloPolicy } from "#src/operations/slo/policy";
import type { BurnRate, SloReading } from "#src/operations/slo/slo";

/**
 * Chance that a service which keeps exactly what it promises shows so many bad events in one look. There is a look every five minutes for each rule
 * of each SLO, some 200,000 in 28 days, and neighbouring ones share nearly all of their events.
 */
const LOG_NOISE = Math.log(1e-6);

/** An alert ends when no rule of its severity is above these parts of its rate, over the long window, or over the short one for half an hour. */
const CALM_LONG = 0.75;
const CALM_SHORT = 0.5;

const at = ({ burn }: SloReading, hours: number): BurnRate | null => burn.find((each) => each.hours === hours) ?? null;

/** Those of an SLO: what isn't to wake anybody has no pages, and its fast rules are tickets. */
export function rulesOf(slo: string, { alerts }: SloPolicy): readonly BurnRule[] {
  if (alerts.pages.includes(slo)) return alerts.rules;
  return alerts.rules.map((rule) => ({ ...rule, severity: "ticket" }));
}

/** The rule with the highest rate that holds over both of its windows, beyond chance and beyond a handful of events. */
export function burningNow(reading: SloReading, policy: SloPolicy, severity: BurnRule["severity"]): SloBurn | null {
  const rules = rulesOf(reading.id, policy).filter((rule) => rule.severity === severity);
  for (const rule of [...rules].sort((a, b) => b.rate - a.rate)) {
    const [long, short] = [at(reading, rule.longHours), at(reading, rule.shortHours)];
    if (long === null || short === null || long.rate < rule.rate || short.rate < rule.rate) continue;
    if (long.bad < policy.alerts.minBad || logTail(long.bad, long.events, reading.allowed) > LOG_NOISE) continue;
    return {
      slo: reading.id,
      severity,
      longHours: rule.longHours,
      shortHours: rule.shortHours,
      longRate: round(long.rate),
      shortRate: round(short.rate),
      threshold: rule.rate,
    };
  }
  return null;
}

/**
 * Why nobody can say any more whether an alert is over: its rule is another by now, or there is nothing to compare with. Null: it can be
 * said. An alert that could never end would keep every later one from beginning.
 */
export function whyUntold(reading: SloReading, policy: SloPolicy, burn: SloBurn): string | null {
  const isPresent = rulesOf(reading.id, policy).some(
    ({ severity, longHours }) => severity === burn.severity && longHours === burn.longHours,
  );
  if (!isPresent) return "The rule that it began by was changed.";
  return reading.allowed > 0 ? null : `It can't be told any more. ${reading.says}`;
}

/** Whether an alert of this severity is over: no rule is near its rate any more, and somebody was heard to say so. Silence calms nothing. */
export function isCalm(reading: SloReading, policy: SloPolicy, burn: SloBurn): boolean {
  const rules = rulesOf(reading.id, policy).filter(({ severity }) => severity === burn.severity);
  if (at(reading, burn.longHours) === null) return false;
  return rules.every((rule) => {
    const [long, short] = [at(reading, rule.longHours), at(reading, rule.shortHours)];
    if (long === null || long.rate < CALM_LONG * rule.rate) return true;
    return short !== null && short.peak < CALM_SHORT * rule.rate;
  });
}

const round = (rate: number): number => Math.round(rate * 100) / 100;
