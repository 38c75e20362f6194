import type { Baseline } from "#src/evaluation/baseline/baselines";
import { type Comparison, type Difference, HEADLINES, type TagDifferences } from "#src/evaluation/compare/compare-runs";
import type { EvaluatedRun } from "#src/evaluation/compare/evaluated-run";
import { LOWER_IS_BETTER } from "#src/evaluation/compare/measures";
import type { Unpaired } from "#src/evaluation/compare/pair-cases";
import type { Interval } from "#src/evaluation/compare/paired-difference";
import type { Margins } from "#src/evaluation/compare/standings";
import { intervalChart } from "#src/evaluation/report/charts";
import { echo, type Html, html } from "#src/evaluation/report/html";
import { measureMark } from "#src/evaluation/report/metrics-section";
import type { Report } from "#src/evaluation/report/report";
import { type Column, table } from "#src/evaluation/report/table";
import {
  name,
  plural,
  pointsText,
  secondsText,
  shareText,
  standingMark,
  timeMark,
  verdictMark,
} from "#src/evaluation/report/words";

type Compared = Extract<Comparison, { comparable: true }>;

/** The candidate against its baseline, measure by measure; null where there is none. */
export function comparisonSection(against: Report["against"]): Html | null {
  if (against === null) return null;
  const { run, baseline, comparison } = against;
  if (!comparison.comparable) {
    return html`<section id="comparison"><h2>Against the baseline: not comparable</h2>
<p>${comparison.why.sentence}</p>${origin(run, baseline)}</section>
`;
  }
  return html`<section id="comparison"><h2>Against the baseline: ${verdictMark(comparison.verdict)}</h2>
${origin(run, baseline)}
${comparison.caveats.length === 0 ? null : html`<ul class="points">${comparison.caveats.map(({ sentence }) => html`<li>${sentence}</li>`)}</ul>`}
<p>Differences are in points, case by case, with a 95 % confidence interval. ${standingMark("breach")}: proven worse than allowed. ${standingMark("healthy")}: proven good enough. ${standingMark("watching")}: worse, but not proven. ${standingMark("unknown")}: neither is proven. ▼ worse, ▲ better: the candidate is not held to it, but the whole interval is on one side.</p>
${differences(comparison)}
${latency(comparison)}
${unpaired(comparison.unpaired)}
${tags(comparison.byTag)}</section>
`;
}

function origin({ record }: EvaluatedRun, baseline: Baseline | null): Html {
  const { pair } = record.plan;
  const of = html`${name(record.id)} (${pair.run} with ${pair.config})`;
  if (baseline === null) return html`<p>Compared with ${of}.</p>`;
  const anew = baseline.regradedFrom === null ? "" : ", graded anew from its stored answers";
  return html`<p>Compared with ${of}${anew}: the baseline since ${timeMark(baseline.at)}, set by ${echo(baseline.by.name)}, because: ${echo(baseline.reason)}</p>`;
}

const COLUMNS: readonly Column[] = [
  { title: "Metric" },
  { title: "Baseline", kind: "number" },
  { title: "Candidate", kind: "number" },
  { title: "Difference", kind: "number" },
  { title: "95 % interval", kind: "number" },
  { title: "Chart", kind: "drawing" },
  { title: "Pairs", kind: "number" },
  { title: "Standing" },
];

function differences({ differences: all, margins }: Compared): Html {
  const reach = reachOf(all);
  return table(
    "Means are over the pairs alone; ↓ less is better. Dashed: where a breach begins",
    COLUMNS,
    all.map((each) => [
      measureMark(each.measure),
      shareText(each.baseline),
      shareText(each.candidate),
      pointsText(each.difference),
      intervalText(each.interval),
      intervalChart(
        each.measure,
        { difference: each.difference ?? 0, interval: each.interval, bar: barOf(each, margins) },
        reach,
      ),
      each.n,
      each.standing === null ? shiftMark(each) : standingMark(each.standing),
    ]),
  );
}

/** A measure that the candidate is not held to: where its interval leaves out 0, that is said. */
function shiftMark({ shift }: Difference): Html {
  if (shift === null) return html`<span class="quiet nowrap">only shown</span>`;
  const mark =
    shift === "worse" ? html`<span class="state watching">▼ worse</span>` : html`<span class="state">▲ better</span>`;
  return html`${mark}<small class="nowrap">only shown</small>`;
}

/** The widest that a row needs, in steps of ten points, and at least ten. */
function reachOf(all: readonly Difference[]): number {
  const needed = all.flatMap(({ difference, interval }) => [difference ?? 0, interval?.low ?? 0, interval?.high ?? 0]);
  return Math.max(0.1, Math.ceil(Math.max(0, ...needed.map(Math.abs)) * 10) / 10);
}

function barOf({ measure }: Difference, { measures }: Margins): number | null {
  const margin = measures[measure];
  if (margin === undefined) return null;
  return LOWER_IS_BETTER.has(measure) ? margin.threshold : -margin.threshold;
}

const intervalText = (interval: Interval | null): string =>
  interval === null ? "too few pairs" : `${pointsText(interval.low)} to ${pointsText(interval.high)}`;

function latency({ latency: found, margins }: Compared): Html {
  if (found.n === 0) return html`<p>No case has a latency in both runs.</p>`;
  const ratio = found.ratio === null ? "can't be compared" : `× ${found.ratio.toFixed(2)}`;
  return html`<p><b>p95 latency</b> ${standingMark(found.standing)}: ${secondsText(found.candidate)} against ${secondsText(found.baseline)} (${ratio}; a breach above × ${margins.latency.threshold}), over ${plural(found.n, "pair")}. Requests beyond that bar: ${pointsText(found.beyondThreshold.difference)} points against the baseline's 5 % (95 % interval ${intervalText(found.beyondThreshold.interval)}).</p>`;
}

const WHY: Readonly<Record<Unpaired["why"], string>> = {
  missing: "is not in the run",
  "other-question": "asks another question in the two runs",
  "other-gold": "has another gold answer or evidence in the two runs",
  failed: "got no answer",
  ungraded: "got no valid grade",
  unasked: "was not asked",
};

function unpaired(all: readonly Unpaired[]): Html | null {
  if (all.length === 0) return html`<p>Every case of both runs is compared.</p>`;
  const groups = Map.groupBy(all, ({ arm, why }) => `${WHY[why]} (${arm})`);
  return html`<h3>Not compared: ${plural(all.length, "case")}</h3>
<ul>${[...groups].map(([why, cases]) => html`<li>${why}: ${cases.map(({ id }, index) => html`${index === 0 ? "" : ", "}${name(id)}`)}</li>`)}</ul>`;
}

function tags(all: readonly TagDifferences[]): Html | null {
  if (all.length === 0) return null;
  const cell = (found: Difference | undefined) =>
    found === undefined
      ? "–"
      : html`${pointsText(found.difference)}<small>${found.interval === null ? plural(found.n, "pair") : intervalText(found.interval)}</small>`;
  return html`<h3>What changed by tag</h3>
${table(
  "Differences in points, with their 95 % intervals where there are pairs enough. Not corrected for how many there are: one interval in twenty misses",
  [
    { title: "Tag" },
    { title: "Cases", kind: "number" },
    ...HEADLINES.map((title) => ({ title, kind: "number" as const })),
  ],
  all.map(({ tag, cases, differences: found }) => [
    echo(tag, 100),
    cases,
    ...HEADLINES.map((measure) => cell(found.find((each) => each.measure === measure))),
  ]),
)}`;
}
