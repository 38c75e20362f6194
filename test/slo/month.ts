import { barsOf } from "#src/operations/slo/bars";
import { NO_FIGURES } from "#src/operations/slo/figures";
import type { TimedFigures } from "#src/operations/slo/inputs";
import type { SloPolicy } from "#src/operations/slo/policy";
import { readRatio } from "#src/operations/slo/read-ratio";
import type { SloReading } from "#src/operations/slo/slo";
import { createWatch } from "#test/slo/looks";
import { DAY, HOUR, inputsOf, NOW, SLOT, seeded } from "#test/slo/world";

/** What every five minutes bring. `failing`: the share that gets no answer. */
export type Month = {
  readonly days: number;
  readonly perHour: number;
  readonly failing: (at: number) => number;
  readonly seed: number;
  readonly policy?: SloPolicy;
  /** Sees what every look is at. */
  readonly on?: (reading: SloReading) => void;
};

/** The longest window that alarms. */
const LONGEST = 72;

/**
 * Looks every five minutes at `answered`, through days whose requests come with a daily swing and fail by chance (a binomial draw for every
 * five minutes). The window's own standing isn't looked at: only the last 72 hours are kept.
 */
export function live({ days, perHour, failing, seed, policy, on = () => undefined }: Month) {
  const watch = createWatch(policy === undefined ? {} : { policy });
  const random = seeded(seed);
  let slots: TimedFigures[] = [];
  const hours = new Map<number, TimedFigures>();
  const begun = NOW - days * DAY;
  for (let at = begun; at < NOW; at += SLOT) {
    const swing = 1 + 0.6 * Math.cos((((at / HOUR) % 24) - 15) * (Math.PI / 12));
    const offered = draw((perHour / 12) * swing, random);
    let bad = 0;
    const share = failing(at);
    for (let index = 0; index < offered; index++) if (random() < share) bad++;
    const figures = { ...NO_FIGURES, offered, answered: offered - bad };
    slots = [...slots.slice(-12 * 12), { from: at, path: "user" as const, figures }];
    const hour = Math.floor(at / HOUR) * HOUR;
    const known = hours.get(hour)?.figures ?? NO_FIGURES;
    const sum = { ...known, offered: known.offered + offered, answered: known.answered + figures.answered };
    hours.set(hour, { from: hour, path: "user", figures: sum });
    hours.delete(hour - (LONGEST + 1) * HOUR);
    const now = at + SLOT;
    const inputs = inputsOf({ hours: [...hours.values()], slots });
    const bars = barsOf(watch.policy, [], []);
    const reading = readRatio("answered", { policy: watch.policy, inputs, recent: inputs.hours, bars, now });
    watch.see([{ ...reading, spent: false }], now);
    on(reading);
  }
  return watch;
}

/** Poisson, by Knuth; large means by the normal. */
function draw(mean: number, random: () => number): number {
  if (mean > 50) {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal));
  }
  let [product, count] = [random(), 0];
  for (const bar = Math.exp(-mean); product > bar; count++) product *= random();
  return count;
}
