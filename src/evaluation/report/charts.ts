import type { Interval } from "#src/evaluation/compare/paired-difference";
import { type Html, html } from "#src/evaluation/report/html";
import { pointsText } from "#src/evaluation/report/words";

const BINS = 10;
const BAR = 12;
const HEIGHT = 34;

/** How many values fall into each tenth from 0 to 1; 1 itself belongs to the last. */
export function tenths(values: readonly number[]): readonly number[] {
  const counts = Array.from({ length: BINS }, () => 0);
  for (const value of values) {
    const bin = Math.min(BINS - 1, Math.max(0, Math.floor(value * BINS + 1e-9)));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return counts;
}

/** Cases by tenth, as bars; a text says the same to who can't see them. */
export function histogram(what: string, values: readonly number[]): Html {
  const counts = tenths(values);
  const most = Math.max(1, ...counts);
  const bars = counts.map((count, bin) => {
    // A single case of a thousand is still to be seen.
    const height = count === 0 ? 0 : Math.max(2, Math.round((count / most) * (HEIGHT - 4)));
    const y = HEIGHT - height;
    return html`<rect class="bar" x="${bin * BAR + 1}" y="${y}" width="${BAR - 2}" height="${height}"><title>${range(bin)}: ${count}</title></rect>`;
  });
  const said = counts.flatMap((count, bin) => (count === 0 ? [] : [`${range(bin)}: ${count}`])).join(", ");
  const width = BINS * BAR;
  return html`<svg class="chart" role="img" viewBox="0 0 ${width} ${HEIGHT + 1}" width="${width}" height="${HEIGHT + 1}" aria-label="${what}, cases by value. ${said}"><line class="axis" x1="0" x2="${width}" y1="${HEIGHT + 0.5}" y2="${HEIGHT + 0.5}"/>${bars}</svg>`;
}

const range = (bin: number): string => `${(bin / BINS).toFixed(1)} to ${((bin + 1) / BINS).toFixed(1)}`;

const WIDE = 168;
const TALL = 22;

/**
 * A difference with its interval around zero; `bar`: where a breach begins. `reach`: the largest difference on the scale, so that
 * all rows of a table can be compared by eye.
 */
export function intervalChart(
  what: string,
  given: { readonly difference: number; readonly interval: Interval | null; readonly bar: number | null },
  reach: number,
): Html {
  const { difference, interval, bar } = given;
  const x = (value: number): string =>
    (WIDE / 2 + (Math.max(-reach, Math.min(reach, value)) / reach) * (WIDE / 2 - 6)).toFixed(1);
  const middle = TALL / 2;
  const said = interval === null ? "no interval" : `from ${pointsText(interval.low)} to ${pointsText(interval.high)}`;
  return html`<svg class="chart" role="img" viewBox="0 0 ${WIDE} ${TALL}" width="${WIDE}" height="${TALL}" aria-label="${what}: ${pointsText(difference)} points, ${said}"><line class="axis" x1="${x(0)}" x2="${x(0)}" y1="1" y2="${TALL - 1}"/>${
    bar === null || bar === 0 ? null : html`<line class="limit" x1="${x(bar)}" x2="${x(bar)}" y1="1" y2="${TALL - 1}"/>`
  }${
    interval === null
      ? null
      : html`<line class="interval" x1="${x(interval.low)}" x2="${x(interval.high)}" y1="${middle}" y2="${middle}"/>`
  }<circle class="point" cx="${x(difference)}" cy="${middle}" r="4"/></svg>`;
}
