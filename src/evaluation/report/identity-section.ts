import type { EvaluatedRun } from "#src/evaluation/compare/evaluated-run";
import { echo, type Html, html, type Part } from "#src/evaluation/report/html";
import { name, plural, timeMark } from "#src/evaluation/report/words";

/** What was measured, by what, on what: everything it takes to do it again. */
export function identitySection({ record }: EvaluatedRun): Html {
  const { plan, counts, id, state, reason, startedAt, endedAt } = record;
  const { epoch, gold, sample, pair } = plan;
  const facts: readonly (readonly [string, Part])[] = [
    ["Evaluation", html`${name(id)}, ${state}${reason === null ? null : html`: ${echo(reason)}`}`],
    ["Began, ended", html`${timeMark(startedAt)}, ${timeMark(endedAt)}`],
    ["Service", name(plan.service)],
    ["Ingestion run", name(pair.run)],
    ["Configuration", name(pair.config)],
    ["Manifest", plan.manifest === null ? "none: it was run outside a release" : name(plan.manifest)],
    ["Gold file", html`${echo(gold.file)}, ${plural(gold.cases, "case")}, SHA-256 ${name(gold.sha256)}`],
    ["Asked", askedText(plan.caseIds.length, sample)],
    ["Repeats", plan.repeat === 1 ? "none" : `${plural(plan.repeated.length, "case")} asked ${plan.repeat} times`],
    [
      "Trials",
      `${counts.planned} planned, ${counts.answered} answered, ${counts.graded} graded, ${counts.refusals} negatives, ${counts.ungraded} ungraded, ${counts.failed} failed`,
    ],
    ["Evaluator epoch", name(epoch.id)],
    ["Judge", html`${name(epoch.judge.asked)}, resolved to ${name(epoch.judge.arn)}`],
    [
      "Checking",
      `${epoch.checking}, at most ${plural(epoch.claimsPerRequest, "claim")} in a request${plan.stable ? ", stable" : ""}`,
    ],
    ["Judge's prompts", html`extract ${name(epoch.prompts.extract)}, check ${name(epoch.prompts.check)}`],
    [
      "Sampling",
      `temperature ${epoch.sampling.temperature}, top_p ${epoch.sampling.topP}, top_k ${epoch.sampling.topK}, seed ${epoch.sampling.seed}, at most ${epoch.sampling.maxTokens} tokens`,
    ],
  ];
  return html`<section id="identity"><h2>What was measured</h2>
<dl>${facts.map(
    ([term, fact]) => html`<dt>${term}</dt><dd>${fact}</dd>
`,
  )}</dl></section>
`;
}

const askedText = (asked: number, sample: { readonly size: number; readonly seed: number } | null): string =>
  sample === null ? plural(asked, "case") : `a sample of ${plural(asked, "case")}, by tag, seed ${sample.seed}`;
