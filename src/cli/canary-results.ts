import { checkObservation } from "#src/canary/check-observation";
import type { Arm, Observation } from "#src/canary/observation";
import { CliError } from "#src/cli/io";
import { metricValues, scoreJudgement } from "#src/evaluation/metrics/score-judgement";
import { ordinalFromId } from "#src/evaluation/oracle/gold";
import { findGold } from "#src/evaluation/oracle/gold-evidence";
import { readerUsedGold } from "#src/evaluation/oracle/reader-used-gold";
import type { Conforms } from "#src/evaluation/oracle/tool-governance";
import type { Result } from "#src/evaluation/results/check-element";
import { openResults } from "#src/evaluation/results/open-results";
import type { Rest } from "#src/evaluation/results/read-elements";
import { ResultFileError } from "#src/evaluation/results/result-file-error";
import { createConforms } from "#src/evaluation/tool-schemas";

/** `epoch`: judge and prompts that graded it, as far as the file says; a score of another epoch is another measure. */
export type ArmFile = { readonly observations: readonly Observation[]; readonly epoch: string | null };

/** A file of results as observations of one arm: what `golive eval run --out` writes, RAGChecker's output, or one case a line. */
export async function readArm(path: string, arm: Arm): Promise<ArmFile> {
  const conforms = createConforms();
  const observations: Observation[] = [];
  const rest: Rest = new Map();
  try {
    const file = await openResults(path);
    try {
      for await (const result of file.results(rest)) {
        if (isCase(result)) observations.push(toObservation(path, arm, result, conforms));
      }
    } finally {
      await file.close();
    }
  } catch (error) {
    if (!(error instanceof ResultFileError)) throw error;
    throw new CliError(`${path} can't be checked: ${error.message}. Nothing was compared.`);
  }
  if (observations.length === 0) {
    const whose = arm === "baseline" ? "there is nothing to compare with" : "there is nothing to judge";
    throw new CliError(`${path} holds no cases: ${whose}. Nothing was compared.`);
  }
  const { id } = record(record(rest.get("run")).epoch);
  return { observations, epoch: typeof id === "string" ? id : null };
}

type Element = Result["element"];

/** Logs of evaluations end with a summary, which is none. */
const isCase = ({ query, grading, element }: Result): boolean =>
  query !== null || grading !== "ungraded" || CASE_KEYS.some((key) => key in element);
const CASE_KEYS = ["query", "question", "response", "scores", "metrics", "f1", "precision"];

function toObservation(path: string, arm: Arm, result: Result, conforms: Conforms): Observation {
  const { element, index, query } = result;
  if (query === null)
    throw new CliError(`${path}: element ${index} has no query_id, so it can't be paired. Nothing was compared.`);
  const candidates = record(element.candidates);
  const checked = checkObservation({
    // One look knows no time; the order of the file decides nothing.
    at: "1970-01-01T00:00:00Z",
    arm,
    trace_id: `${arm} ${index}`,
    query_id: query,
    latency_s: secondsOf(element),
    error: element.censored === true || element.error,
    scores: scoresOf(result),
    candidates_before_dedup: candidates.before_dedup,
    candidates_after_dedup: candidates.after_dedup,
    snapshot_breadth: candidates.before_clamp,
    budget_violation: element.budget_violation,
    prefix_leakage: element.prefix_leakage,
    tool_calls: Array.isArray(element.tool_calls) ? element.tool_calls.map((call) => toCall(call, conforms)) : null,
  });
  if (checked.ok) return checked.observation;
  throw new CliError(
    `${path}: element ${index} (query ${JSON.stringify(query)}): ${checked.refusal.sentence}. Nothing was compared.`,
  );
}

function secondsOf({ latency_ms, latency_s, latency_sec }: Element): unknown {
  return typeof latency_ms === "number" ? latency_ms / 1000 : (latency_s ?? latency_sec);
}

/** From the labels where there are any, else as the file says them. A result that the judge failed on has none. */
function scoresOf(result: Result): object {
  const { element, grading, judgement } = result;
  const oracle = { oracle_prefilter: hit(element), reader_used_gold: usedGold(result) };
  if (grading !== "ungraded") {
    const { f1 = null, precision = null, recall = null, faithfulness = null } = metricValues(scoreJudgement(judgement));
    return { f1, precision, recall, faithfulness, ...oracle };
  }
  const said = { ...element, ...record(element.metrics), ...record(element.scores) };
  const { f1 = said.f1_score, precision, recall, faithfulness } = said;
  const scores = { f1, precision, recall, faithfulness };
  const isSaid = Object.values(scores).some((each) => typeof each === "number");
  return record(element.judge).status !== "ungraded" && isSaid
    ? { ...scores, ...oracle }
    : { f1: null, precision: null, recall: null, ...oracle };
}

/** Whether the evidence was retrieved. A case without evidence that can be looked for isn't scored. */
const hit = ({ oracle, oracle_prefilter, scores }: Element): unknown =>
  record(oracle).prefilter ?? oracle_prefilter ?? record(scores).oracle_prefilter ?? undefined;

/**
 * Whether the reader used gold, by files or by the text of the gold answer: ids of gold chunks and quotes don't stand in a file of results.
 */
function usedGold({ element, query, judgement }: Result): unknown {
  const said = element.reader_used_gold ?? record(element.scores).reader_used_gold;
  if (said !== undefined) return said;
  const { evidence } = record(element.oracle);
  const answer = element.gt_answer ?? element.expected_answer;
  if ((evidence !== "files" && evidence !== "text") || typeof answer !== "string") return undefined;
  const passages = list(element.retrieved_context).map((each) => {
    const { doc_id, document, text } = record(each);
    return {
      chunkId: String(doc_id),
      document: String(document),
      text: String(text),
      ordinal: ordinalFromId(String(doc_id)),
    };
  });
  const expectedFiles = evidence === "files" ? list(element.expected_files).map(String) : [];
  const gold = { id: query ?? "", answer, answerable: true, chunks: null, quotes: [], expectedFiles };
  const { answer2response, retrieved2response } = judgement;
  const { share } = readerUsedGold([
    {
      id: gold.id,
      context: passages,
      gold: findGold(gold, "", passages),
      citations: [],
      answer2response,
      retrieved2response,
    },
  ]);
  return share;
}

/** A call as a trace shows it, in the words of an observation. An approval stands for a dry run. */
function toCall(call: unknown, conforms: Conforms): object {
  const { tool, arguments: given, intent, schema, mutating, dry_run, approval_id, ...rest } = record(call);
  if (tool === undefined) return { ...rest, mutating, dry_run };
  return {
    name: tool,
    schema_ok: schema !== null && schema !== undefined && conforms(schema, given) === true,
    intent_line: intent ?? false,
    mutating,
    dry_run: dry_run === true || (typeof approval_id === "string" && approval_id !== ""),
  };
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const record = (value: unknown): Readonly<Record<string, unknown>> => (isRecord(value) ? value : {});
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
