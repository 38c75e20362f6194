import { createHash } from "node:crypto";
import { comparisonSection } from "#src/evaluation/report/comparison-section";
import { floorsInShort, floorsSection } from "#src/evaluation/report/floors-section";
import { type Html, html } from "#src/evaluation/report/html";
import { identitySection } from "#src/evaluation/report/identity-section";
import { metricsSection } from "#src/evaluation/report/metrics-section";
import { repeatsSection } from "#src/evaluation/report/repeats-section";
import type { Report } from "#src/evaluation/report/report";
import { STYLE } from "#src/evaluation/report/style";
import { tagsSection } from "#src/evaluation/report/tags-section";
import { tracesSection } from "#src/evaluation/report/traces-section";
import { unscoredSection } from "#src/evaluation/report/unscored-section";
import { name, plural, timeMark, verdictMark } from "#src/evaluation/report/words";
import { worstSection } from "#src/evaluation/report/worst-section";

/**
 * The report as one HTML document: no script, nothing from anywhere else, and a policy that would refuse both. Texts of questions,
 * answers and chunks are shown and never interpreted.
 */
export function renderReport(report: Report): string {
  const { run, floors, against, at } = report;
  const { id, plan } = run.record;
  const comparison = comparisonSection(against);
  const tags = tagsSection(run);
  const repeats = repeatsSection(report.summary.repeatability);
  const traces = tracesSection(report.summary.traces);
  const style: Html = { html: STYLE };
  const policy = `default-src 'none'; style-src 'sha256-${createHash("sha256").update(STYLE, "utf8").digest("base64")}'; base-uri 'none'; form-action 'none'`;
  const sections: readonly (readonly [string, string])[] = [
    ["floors", "Floors"],
    ...(comparison === null ? [] : [["comparison", "Baseline"] as const]),
    ["metrics", "Metrics"],
    ...(tags === null ? [] : [["tags", "Tags"] as const]),
    ...(repeats === null ? [] : [["repeats", "Repeats"] as const]),
    ...(traces === null ? [] : [["traces", "Data and tools"] as const]),
    ["worst", "Worst cases"],
    ["unscored", "Without a score"],
    ["identity", "What was measured"],
  ];
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="referrer" content="no-referrer">
<title>${plan.service}: evaluation ${id}</title>
<style>${style}</style></head>
<body><a class="skip" href="#main">To the results</a>
<header><h1>${plan.service}: evaluation of ${plan.pair.run} with ${plan.pair.config}</h1>
<p class="quiet">${name(id)} · ${timeMark(run.record.startedAt)} · ${plural(run.cases.length, "case")} of ${plan.gold.file} · judge ${name(plan.epoch.judge.asked)}, epoch ${name(plan.epoch.id.slice(0, 8))}</p>
<nav aria-label="Sections"><ul>${sections.map(([anchor, title]) => html`<li><a href="#${anchor}">${title}</a></li>`)}</ul></nav></header>
<main id="main" tabindex="-1">
<ul class="points">${inShort(report)}</ul>
${floorsSection(floors)}${comparison}${metricsSection(run)}${tags}${repeats}${traces}${worstSection(report)}${unscoredSection(report)}${identitySection(run)}</main>
<footer><p>Made by Golive ${timeMark(at)}.</p></footer></body></html>
`.html;
}

/** What it all comes to, before any table. */
function inShort({ run, floors, against }: Report): Html[] {
  const { state, reason } = run.record;
  return [
    ...(state === "finished"
      ? []
      : [
          html`<li><span class="state inconclusive">⚠ ${state}</span> ${reason ?? "It has not come to its end"}: the figures below are of a part.</li>`,
        ]),
    html`<li>Quality floors: ${verdictMark(floors.verdict)} – ${floorsInShort(floors)}</li>`,
    html`<li>${againstInShort(against)}</li>`,
  ];
}

function againstInShort(against: Report["against"]): Html {
  if (against === null) return html`Against the baseline: not compared, since none was asked for.`;
  const { comparison } = against;
  if (!comparison.comparable) return html`Against the baseline: not comparable – ${comparison.why.sentence}`;
  const standings = [...comparison.differences, { measure: "p95 latency", standing: comparison.latency.standing }];
  const told = (["breach", "watching", "unknown", "healthy"] as const).flatMap((standing) => {
    const which = standings.filter((each) => each.standing === standing).map(({ measure }) => measure);
    return which.length === 0 ? [] : [`${standing}: ${which.join(", ")}`];
  });
  const shifted = comparison.differences.filter(({ standing, shift }) => standing === null && shift === "worse");
  if (shifted.length > 0)
    told.push(`worse, though not held to it: ${shifted.map(({ measure }) => measure).join(", ")}`);
  const caveats = comparison.caveats.map(({ sentence }) => ` ${sentence}`).join("");
  return html`Against the baseline: ${verdictMark(comparison.verdict)} – ${told.join("; ")}.${caveats}`;
}
