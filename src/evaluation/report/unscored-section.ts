import { caseValue, type EvaluatedCase, type EvaluatedRun, whyUnscored } from "#src/evaluation/compare/evaluated-run";
import { echo, type Html, html } from "#src/evaluation/report/html";
import type { Report } from "#src/evaluation/report/report";
import { name, percentText, plural } from "#src/evaluation/report/words";
import type { CaseRecord } from "#src/evaluation/run/case-record";

const TITLES = { failed: "No answer", ungraded: "No valid grade", unasked: "Not asked" } as const;

/** What is in no mean, and why; and how negatives were answered. */
export function unscoredSection({ run, madeUp }: Report): Html {
  const groups = Map.groupBy(run.cases, whyUnscored);
  const kinds = (["failed", "ungraded", "unasked"] as const).flatMap((why) => {
    const cases = groups.get(why) ?? [];
    return cases.length === 0 ? [] : [group(TITLES[why], cases)];
  });
  const unscored = run.cases.filter((each) => whyUnscored(each) !== null).length;
  return html`<section id="unscored"><h2>Without a score: ${unscored} of ${plural(run.cases.length, "case")}</h2>
${kinds.length === 0 ? html`<p>Every case has a score.</p>` : html`<p>They are in no mean: none of them counts as a bad answer, and none as a good one.</p>${kinds}`}
${unshown(run)}</section>
${negatives(run, madeUp)}`;
}

function group(title: string, cases: readonly EvaluatedCase[]): Html {
  const reasons = Map.groupBy(cases, ({ trials }) => {
    const reason = trials.find(({ reason }) => reason !== null)?.reason ?? null;
    return reason === null ? "" : `${reason.sentence} (${reason.code})`;
  });
  return html`<h3>${title}: ${plural(cases.length, "case")}</h3>
<ul>${[...reasons].map(([why, of]) => html`<li>${why === "" ? null : html`${echo(why, 500)} `}${of.map(({ gold }, index) => html`${index === 0 ? "" : ", "}${name(gold.id)}`)}</li>`)}</ul>
`;
}

function unshown(run: EvaluatedRun): Html | null {
  const what = run.cases.flatMap(({ trials }) => trials.flatMap((each) => each.unshown));
  if (what.length === 0) return null;
  const counts = Map.groupBy(what, (each) => each);
  return html`<h3>Not shown by the service</h3><ul>${[...counts].map(([each, all]) => html`<li>${echo(each)}: ${plural(all.length, "answer")}</li>`)}</ul>`;
}

function negatives(run: EvaluatedRun, madeUp: readonly CaseRecord[]): Html | null {
  const all = run.cases.filter(({ gold }) => !gold.answerable);
  if (all.length === 0) return null;
  const answered = all.filter((each) => whyUnscored(each) === null);
  const right = answered.filter((each) => caseValue(each, "correct_refusal") === 1).length;
  const share = answered.length === 0 ? "" : ` (${percentText(right / answered.length)})`;
  return html`<section id="negatives"><h2>Questions without an answer</h2>
<p>${right} of ${answered.length} were refused${share}, as is right. They are in no other mean.</p>
${madeUp.map(
  ({
    gold,
    reply,
  }) => html`<details><summary>${name(gold.id)} ${echo(gold.question, 300)}<small>answered instead of refused</small></summary><div><p>${echo(reply?.answer?.answer ?? "")}</p></div></details>
`,
)}</section>
`;
}
