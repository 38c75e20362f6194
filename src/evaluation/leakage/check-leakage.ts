import { type Example, type Finding, REVIEW_RULES, RULES } from "#src/evaluation/leakage/example";
import { findLeakedAnswers } from "#src/evaluation/leakage/leaked-answers";
import { findSameSource } from "#src/evaluation/leakage/same-source";
import { cosineCoverage, findSimilarEmbeddings } from "#src/evaluation/leakage/similar-embeddings";
import { findSimilarQuestions } from "#src/evaluation/leakage/similar-questions";

export type LeakedPair = {
  readonly pool_id: string;
  readonly eval_id: string;
  readonly rule: Finding["rule"];
  /** 0 to 1: what the rule measured. */
  readonly score: number;
};

/** A rule that did not run, or not on everything: not running is not finding nothing. */
export type NotRun = { readonly rule: Finding["rule"]; readonly why: string };

export type LeakageReport = {
  /** True when nothing is blocked. */
  readonly clean: boolean;
  /** One entry for each pair, with the strongest rule that found it. */
  readonly blocked: readonly LeakedPair[];
  /** Pairs that nothing blocks, but that a person should look at. */
  readonly review: readonly LeakedPair[];
  readonly notRun: readonly NotRun[];
};

/** Compares every entry of the pool with every case of the evaluation set. The order of the lists doesn't matter. */
export function checkLeakage(pool: readonly Example[], evaluation: readonly Example[]): LeakageReport {
  const cosine = cosineCoverage(pool, evaluation);
  const findings = strongest([
    ...findSimilarQuestions(pool, evaluation),
    ...findSameSource(pool, evaluation),
    ...findLeakedAnswers(pool, evaluation),
    ...(cosine.runs ? findSimilarEmbeddings(pool, evaluation) : []),
  ]);
  const pairs = findings
    .map(({ rule, score, ...places }) => ({
      pool_id: pool[places.pool]?.id ?? "",
      eval_id: evaluation[places.evaluation]?.id ?? "",
      rule,
      score,
    }))
    .sort((a, b) => compareText(a.eval_id, b.eval_id) || compareText(a.pool_id, b.pool_id));
  const blocked = pairs.filter(({ rule }) => RULES.some((each) => each === rule));
  return {
    clean: blocked.length === 0,
    blocked,
    review: pairs.filter(({ rule }) => REVIEW_RULES.some((each) => each === rule)),
    notRun: [
      ...(cosine.why === null ? [] : [{ rule: "cosine" as const, why: cosine.why }]),
      ...withoutAnswers(evaluation),
    ],
  };
}

const ORDER: readonly Finding["rule"][] = [...RULES, ...REVIEW_RULES];

/** Of several findings about a pair the one whose rule says most; of one rule's, the highest score. */
function strongest(findings: readonly Finding[]): Finding[] {
  const best = new Map<string, Finding>();
  for (const finding of findings) {
    const key = `${finding.pool} ${finding.evaluation}`;
    const known = best.get(key);
    if (known === undefined || outranks(finding, known)) best.set(key, finding);
  }
  return [...best.values()];
}

function outranks(a: Finding, b: Finding): boolean {
  const [left, right] = [ORDER.indexOf(a.rule), ORDER.indexOf(b.rule)];
  return left < right || (left === right && a.score > b.score);
}

function withoutAnswers(evaluation: readonly Example[]): NotRun[] {
  const missing = evaluation.filter(({ answers }) => answers.length === 0).length;
  return missing === 0
    ? []
    : [{ rule: "answer", why: `${missing} of the ${evaluation.length} cases have no gold answer` }];
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
