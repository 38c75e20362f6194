import type { Kpi } from "#src/canary/kpi";
import type { Score } from "#src/canary/observation";
import { percent, points, sayThreshold } from "#src/canary/words/values";

const SCORES: Readonly<Record<Score, string>> = {
  f1: "F1 of an answer's claims against the known answer",
  precision: "the share of an answer's claims that are right",
  recall: "the share of the known answer's claims that an answer makes",
  faithfulness: "the share of an answer's claims that rest on what was retrieved",
  oracle_prefilter: "whether gold evidence was retrieved, before filtering and reranking",
  reader_used_gold: "whether the answer rests on gold evidence that it was given",
};
const RATES = { schema_ok: "conform to their declared schema", intent_line: "have a line that says why" };
const ZEROS = {
  budget_violation: "went over its context budget",
  prefix_leakage: "retrieved a chunk that carries the ingestion's prefix in its search text",
  mutating_without_dry_run: "changed something without a dry run before",
};

/** What is compared with what, and what is a breach, in a sentence or two. */
export function comparedWords(kpi: Kpi): string {
  switch (kpi.kind) {
    case "bounded-mean":
      return `Compared: ${SCORES[kpi.of]}, of both runs' answers to the same question, pair by pair. A breach is a mean proven to be ${worse(kpi.threshold)}.`;
    case "paired-binary":
      return `Compared: ${SCORES[kpi.of]}, of both runs' answers to the same question. Only pairs in which the two differ say anything. A breach is a rate proven to be ${worse(kpi.threshold)}.`;
    case "p95-ratio":
      return `Compared: the time that 95 % of the requests stay below, end to end; a failed request counts as slower than any. A breach is more than ${kpi.threshold} × the baseline's.`;
    case "rate":
      return `Compared: the share of tool calls that ${RATES[kpi.of]}, trace by trace, with a fixed bar. A breach is proven to be below ${percent(kpi.threshold)}.`;
    case "band":
      return `Compared: the share of candidates that deduplication takes away, query by query, with a fixed band. A breach is proven to be outside ${sayThreshold(kpi, null)}.`;
    case "breadth":
      return `Compared: how many candidates there were before any clamp, pair by pair. A breach is more than ${percent(kpi.threshold)} off the baseline's, or nearly always one and the same number.`;
    case "zero":
      return `Looked for: a request that ${ZEROS[kpi.of]}.`;
    case "traffic-split":
      return `Compared: the candidate's share of the requests with the ${percent(kpi.share)} that it should have.`;
  }
}

const worse = (threshold: number): string =>
  threshold === 0 ? "below the baseline's" : `more than ${points(threshold)} below the baseline's`;
