import type { Kpi } from "#src/canary/kpi";
import type { SeriesPoint } from "#src/canary/watch/view";
import { kpiName } from "#src/canary/words/names";
import type { Instant } from "#src/release/policy";
import { type ChartBlock, plain } from "#src/slack/blocks/elements";
import { utcTime } from "#src/slack/blocks/times";
import { LIMITS } from "#src/slack/limits";

/** Points that are drawn after the breach, so that what came of it shows too. */
const AFTER = 5;

type Drawable = SeriesPoint & { readonly value: number; readonly baseline: number };
const isDrawable = (point: SeriesPoint): point is Drawable =>
  point.value !== null && point.baseline !== null && Number.isFinite(point.value) && Number.isFinite(point.baseline);

/** The points that a chart has room for: those up to the breach and a few behind it, where both arms have a value. */
function shownPoints(series: readonly SeriesPoint[], breachedAt: Instant): Drawable[] {
  const known = series.filter(isDrawable);
  const behind = known.findIndex(({ at }) => at >= breachedAt);
  const end = behind < 0 ? known.length : Math.min(known.length, behind + 1 + AFTER);
  return known.slice(Math.max(0, end - LIMITS.chart.points), end);
}

/**
 * The KPI of both runs with the band around the baseline; the breach is marked in the name of its point. Null: too few points to draw. Not
 * every Slack takes it (`invalid_blocks`): `chartLine` stands in for it.
 */
export function breachChart(kpi: Kpi, series: readonly SeriesPoint[], breachedAt: Instant): ChartBlock | null {
  const points = shownPoints(series, breachedAt);
  if (points.length < 2) return null;
  const marked = breachIndex(points, breachedAt);
  const categories = labels(points, marked);
  const { of, unit } = scale(kpi);
  const line = (name: string, value: (point: Drawable) => number) => ({
    name,
    data: points.map((point, at) => ({ label: categories[at] ?? "", value: rounded(of * value(point)) })),
  });
  // A band that is missing somewhere would be drawn as if it were nothing wide.
  const banded = points.every(({ band }) => band !== null && Number.isFinite(band));
  return {
    type: "data_visualization",
    title: plain(`${kpiName(kpi)}${unit === "" ? "" : `, ${unit}`}, times in UTC`, LIMITS.chart.title).text,
    chart: {
      type: "line",
      series: [
        line("Canary", ({ value }) => value),
        line("Baseline", ({ baseline }) => baseline),
        ...(banded
          ? [
              line("Baseline, upper end", ({ baseline, band }) => baseline + (band ?? 0)),
              line("Baseline, lower end", ({ baseline, band }) => Math.max(0, baseline - (band ?? 0))),
            ]
          : []),
      ],
      axis_config: { categories, x_label: "Time (UTC)", y_label: plain(unit || kpiName(kpi), LIMITS.chart.label).text },
    },
  };
}

const rounded = (value: number): number => Number(value.toPrecision(4));

function scale({ kind }: Kpi): { readonly of: number; readonly unit: string } {
  switch (kind) {
    case "rate":
    case "band":
    case "traffic-split":
      return { of: 100, unit: "%" };
    case "p95-ratio":
      return { of: 1, unit: "seconds" };
    case "bounded-mean":
    case "paired-binary":
    case "breadth":
    case "zero":
      return { of: 1, unit: "" };
  }
}

/** The first point that ends with or after the breach, else the last. */
function breachIndex(points: readonly Drawable[], breachedAt: Instant): number {
  const found = points.findIndex(({ at }) => at >= breachedAt);
  return found < 0 ? points.length - 1 : found;
}

/** "14:15", with the day where it begins; each once, since they name the points. */
function labels(points: readonly Drawable[], marked: number): string[] {
  let day = "";
  const seen = new Set<string>();
  return points.map(({ at }, index) => {
    const [date = "", time = ""] = utcTime(at).split(" ");
    const text = date === day || index === 0 ? time : `${date.slice(5)} ${time}`;
    day = date;
    const named = index === marked ? `${text} breach` : text;
    const label = seen.has(named) ? `${date} ${named}` : named;
    seen.add(label);
    return label;
  });
}

const BARS = ["▁", "▂", "▃", "▄", "▅", "▆", "▇"] as const;

/** The same as a line of text: canary and baseline in bars of one scale, from the earliest to the latest. Null: too few points. */
export function chartLine(kpi: Kpi, series: readonly SeriesPoint[], breachedAt: Instant): string | null {
  const points = shownPoints(series, breachedAt);
  if (points.length < 2) return null;
  const all = points.flatMap(({ value, baseline }) => [value, baseline]);
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const bars = (values: readonly number[]): string =>
    values
      .map((value) => BARS[high > low ? Math.round(((value - low) / (high - low)) * (BARS.length - 1)) : 0] ?? "")
      .join("");
  const rows = [
    `canary   ${bars(points.map(({ value }) => value))}`,
    `baseline ${bars(points.map(({ baseline }) => baseline))}`,
  ];
  const [first, last] = [points[0], points.at(-1)];
  return `\`\`\`${rows.join("\n")}\`\`\`${kpiName(kpi)} from ${utcTime(first?.at ?? 0)} to ${utcTime(last?.at ?? 0)}`;
}
