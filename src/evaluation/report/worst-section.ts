import { contextOf } from "#src/evaluation/compare/measure-case";
import { entails, type Label } from "#src/evaluation/metrics/labels";
import { findGold } from "#src/evaluation/oracle/gold-evidence";
import { echo, type Html, html } from "#src/evaluation/report/html";
import type { Report, WorstCase } from "#src/evaluation/report/report";
import { name, plural, shareText } from "#src/evaluation/report/words";
import type { CaseRecord, CaseVerdict, Reply } from "#src/evaluation/run/case-record";

/** The cases to look at first, with the answer, its claims, and everything that the reader got. */
export function worstSection({ worst, against, run }: Report): Html {
  const byDrop = against?.comparison.comparable === true;
  const how = byDrop ? "by how much they lost against the baseline" : "by their F1";
  if (worst.length === 0) {
    const none = byDrop ? "No case lost anything against the baseline." : "No case has a score below 1.";
    return html`<section id="worst"><h2>Worst cases</h2><p>${none}</p></section>
`;
  }
  const pair = run.record.plan.pair.run;
  return html`<section id="worst"><h2>Worst cases</h2>
<p>${plural(worst.length, "case")}, ${how}, worst first. Texts are shown as they came; what can't be seen is written out.</p>
${worst.map((each, index) => caseBlock(each, pair, index === 0))}</section>
`;
}

function caseBlock({ trial, before, lost }: WorstCase, run: string, open: boolean): Html {
  const { gold, verdict } = trial;
  const answer = trial.reply?.answer ?? null;
  const f1 = verdict?.metrics?.f1;
  const score =
    lost === null
      ? f1 === undefined
        ? null
        : `F1 ${shareText(f1)}`
      : `${lost.measure} ${shareText(lost.candidate)}, in the baseline ${shareText(lost.baseline)}`;
  const attribute = open ? html` open` : null;
  return html`<details${attribute}><summary>${name(gold.id)} ${echo(gold.question, 300)}${score === null ? null : html`<small>${score}</small>`}</summary><div>
<h3>Gold answer</h3><p>${gold.answerable ? echo(gold.answer) : "None: the documents don't answer it, and saying so is right."}</p>
<h3>Answer</h3><p>${answer === null ? html`<i class="nothing">${trial.reply?.reason?.sentence ?? "There is none."}</i>` : echo(answer.answer)}</p>
${before?.reply?.answer == null ? null : html`<h3>Answer in the baseline</h3><p>${echo(before.reply.answer.answer)}</p>`}
${verdict === null ? null : claims(verdict)}
${answer === null ? null : context(trial, answer, run)}
</div></details>
`;
}

function claims({ claims: found, judgement }: CaseVerdict): Html | null {
  if (found === null || judgement === null) return null;
  const list = (
    triples: readonly (readonly string[])[],
    against: readonly Label[],
    chunks: readonly (readonly Label[])[],
  ) =>
    triples.length === 0
      ? html`<p>None.</p>`
      : html`<ul class="claims">${triples.map((triple, index) => {
          const label = against[index];
          const from = (chunks[index] ?? []).flatMap((each, at) => (entails(each) ? [at + 1] : []));
          const support = from.length === 0 ? "in no chunk" : `in chunk ${from.join(", ")}`;
          return html`<li>${label === undefined ? "?" : MARKS[label]} ${echo(triple.join(" · "), 500)} <span class="quiet">(${support})</span></li>`;
        })}</ul>`;
  return html`<h3>Claims of the answer, against the gold answer</h3>${list(found.response, judgement.answer2response, judgement.retrieved2response)}
<h3>Claims of the gold answer, against the answer</h3>${list(found.gold, judgement.response2answer, judgement.retrieved2answer)}`;
}

const MARKS: Readonly<Record<Label, string>> = {
  Entailment: "✓ supported:",
  Neutral: "– not found:",
  Contradiction: "✗ contradicted:",
};

function context({ gold }: CaseRecord, answer: NonNullable<Reply["answer"]>, run: string): Html {
  const evidence = findGold(gold, run, contextOf(answer));
  const cited = new Set(answer.citations.map(({ chunk_id }) => chunk_id));
  if (answer.context.length === 0) return html`<h3>Retrieved context</h3><p>The reader got nothing.</p>`;
  return html`<h3>Retrieved context: ${plural(answer.context.length, "chunk")} of ${answer.candidates.before_clamp} candidates</h3>
${answer.context.map(({ chunk_id, document, text, tokens }, index) => {
  const marks = [
    evidence.has(index) ? "holds the evidence" : null,
    cited.has(chunk_id) ? "cited" : null,
    `${tokens} tokens`,
  ].filter((each) => each !== null);
  return html`<details><summary>${index + 1}. ${echo(document, 200)} ${name(chunk_id)} <span class="quiet">${marks.join(", ")}</span></summary><div>${echo(text)}</div></details>
`;
})}`;
}
