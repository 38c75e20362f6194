import type { Bars } from "#src/operations/slo/bars";
import { countEvents, type RatioSlo } from "#src/operations/slo/count-events";
import type { SloInputs, TimedFigures } from "#src/operations/slo/inputs";
import type { SloPolicy } from "#src/operations/slo/policy";
import type { BurnRate } from "#src/operations/slo/slo";
import type { Instant } from "#src/release/policy";

export const SLOT_MS = 5 * 60_000;
export const HOUR_MS = 3_600_000;
/** Up to here windows are cut by five minutes; longer ones by the hour, so that the oldest hour counts whole. */
export const SLOT_HOURS = 12;
/** Windows that are shown, whatever alarms. */
export const SHOWN_HOURS = [1, 6] as const;
/** One quiet look between two bursts is no calm: a window that is shorter than this is looked at as it was so long. */
const PEAK_HOURS = 0.5;

/** Every window that a rule looks at or that is shown, shortest first. */
export function windowsOf({ alerts }: SloPolicy): readonly number[] {
  const asked = alerts.rules.flatMap(({ longHours, shortHours }) => [longHours, shortHours]);
  return [...new Set([...SHOWN_HOURS, ...asked])].sort((a, b) => a - b);
}

/**
 * How fast the budget burns over each window that ends with the last five minutes that are over: bad events among all, over what is allowed (Google
 * SRE workbook, "Alerting on SLOs"). A window without events is left out.
 */
export function burnRates(
  slo: RatioSlo,
  allowed: number,
  inputs: Pick<SloInputs, "hours" | "slots">,
  policy: SloPolicy,
  bars: Bars,
  now: Instant,
): readonly BurnRate[] {
  return windowsOf(policy).flatMap((hours): BurnRate[] => {
    const bySlot = hours <= SLOT_HOURS;
    const at = (then: Instant) => {
      const times = bySlot ? lastSlots(inputs.slots, hours, then) : lastHours(inputs.hours, hours, then);
      const { events, bad } = countEvents(slo, users(times), bySlot ? SLOT_MS / HOUR_MS : 1, policy, bars);
      return { events, bad, rate: events === 0 ? 0 : bad / events / allowed };
    };
    const present = at(now);
    if (present.events === 0) return [];
    const before = looksBefore(hours).map((ago) => at(now - ago).rate);
    return [{ hours, ...present, peak: Math.max(present.rate, ...before) }];
  });
}

/** How long ago the looks were that count besides the present one. */
const looksBefore = (hours: number): readonly number[] =>
  hours >= PEAK_HOURS
    ? []
    : Array.from({ length: (PEAK_HOURS * HOUR_MS) / SLOT_MS - 1 }, (_, index) => (index + 1) * SLOT_MS);

export const users = (times: readonly TimedFigures[]): readonly TimedFigures[] =>
  times.filter(({ path }) => path === "user");

function lastSlots(slots: readonly TimedFigures[], hours: number, now: Instant): readonly TimedFigures[] {
  const end = Math.floor(now / SLOT_MS) * SLOT_MS;
  return slots.filter(({ from }) => from >= end - hours * HOUR_MS && from < end);
}

/** With the hour that isn't over. */
function lastHours(all: readonly TimedFigures[], hours: number, now: Instant): readonly TimedFigures[] {
  const end = Math.floor(now / SLOT_MS) * SLOT_MS;
  return all.filter(({ from }) => from + HOUR_MS > end - hours * HOUR_MS && from < end);
}
