import { createHash } from "node:crypto";
import { echo, type Html, html } from "#src/evaluation/report/html";
import { STYLE } from "#src/evaluation/report/style";
import { table } from "#src/evaluation/report/table";
import type { Figure, Incident } from "#src/rollback/incident/incident";
import { exactTime } from "#src/rollback/incident/times";

const WIDE = 160;

/** The incident as one HTML document: no script, nothing from anywhere else, and a policy that would refuse both. */
export function incidentPage(incident: Incident): string {
  const { id, title, summary, facts, timeline, people, evidence, figures, changes, actions } = incident;
  const style: Html = { html: STYLE };
  const policy = `default-src 'none'; style-src 'sha256-${createHash("sha256").update(STYLE, "utf8").digest("base64")}'; base-uri 'none'; form-action 'none'`;
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${style}</style></head>
<body><a class="skip" href="#main">To the incident</a>
<header><h1>${title}</h1><p class="quiet"><code>${id}</code></p></header>
<main id="main" tabindex="-1">
<ul class="points">${summary.map((text) => html`<li>${echo(text)}</li>`)}</ul>
<dl>${facts.map(([name, value]) => html`<dt>${name}</dt><dd>${echo(value)}</dd>`)}</dl>
<h2>What has to be done</h2>
${table(
  "Each of it by the people named",
  [{ title: "What" }, { title: "Who" }],
  actions.map((row) => row.map((cell) => echo(cell))),
)}
<h2>Timeline</h2>
${table(
  "From the journal; checks that passed are left out",
  [{ title: "When" }, { title: "Who" }, { title: "What" }],
  timeline.map(({ at, by, text }) => [exactTime(at), echo(by), echo(text)]),
)}
<h2>People</h2>
${
  people.length === 0
    ? html`<p>Nobody but Golive.</p>`
    : table(
        "Who did what",
        [{ title: "Who" }, { title: "Did" }],
        people.map((row) => row.map((cell) => echo(cell))),
      )
}
<h2>Evidence</h2>
${table(
  "The steps of the rollback, and what the checks had said of what is undone",
  [{ title: "What" }, { title: "Outcome" }, { title: "Detail" }],
  evidence.map(([what, outcome, detail]) => [echo(what), outcome, echo(detail)]),
)}
${
  figures.length === 0
    ? null
    : html`<h2>Figures</h2>${table(
        "Measured by the rollback's steps",
        [{ title: "Figure" }, { title: "Step" }, { title: "Value", kind: "number" }, { title: "", kind: "drawing" }],
        figures.map((figure) => [echo(figure.name), figure.step, figure.value, shareBar(figure)]),
      )}`
}
<h2>What changed since the last stable manifest</h2>
${changesOf(changes)}</main>
<footer><p>Made by Golive from its journal: <code>golive audit verify</code> says whether that is intact.</p></footer></body></html>
`.html;
}

function changesOf(changes: Incident["changes"]): Html {
  if (changes === null) return html`<p>Not known: one of the two manifests is not kept.</p>`;
  if (changes.length === 0) return html`<p>Nothing.</p>`;
  return html`<ul class="claims">${changes.map((text) => html`<li>${echo(text)}</li>`)}</ul>`;
}

function shareBar({ name, share, value }: Figure): Html | null {
  if (share === null) return null;
  return html`<svg class="chart" role="img" viewBox="0 0 ${WIDE} 14" width="${WIDE}" height="14" aria-label="${name}: ${value} of 1"><rect class="bar" x="0" y="2" width="${(share * WIDE).toFixed(1)}" height="10"/><line class="axis" x1="${WIDE}" x2="${WIDE}" y1="0" y2="14"/></svg>`;
}
