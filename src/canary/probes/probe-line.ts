import type { Arm, Score } from "#src/canary/observation";
import { probeTrace } from "#src/canary/probe-trace";
import { readerUsedGold } from "#src/evaluation/oracle/reader-used-gold";
import type { Conforms } from "#src/evaluation/oracle/tool-governance";
import { caseOracle, readerCase } from "#src/evaluation/run/case-oracle";
import type { CaseRecord, CaseVerdict, GoldQuestion, Reply } from "#src/evaluation/run/case-record";
import type { TraceBars } from "#src/evaluation/run/trace-figures";

/** One arm's answer to a probe, and what the judge said of it. */
export type ProbedArm = {
  readonly canary: string;
  readonly arm: Arm;
  /** As the question is called in observations. */
  readonly question: string;
  readonly gold: GoldQuestion;
  /** The ingestion run that answered. */
  readonly run: string;
  readonly reply: Reply;
  /** What failed, in our own words; null where an answer came. */
  readonly error: string | null;
  readonly verdict: CaseVerdict;
};

type Answer = NonNullable<Reply["answer"]>;
type Line = { readonly [key: string]: unknown };

/**
 * A probe as an observation, as docs/canary.md describes it. What the trace shows is computed anew from it: the leak from the search texts,
 * the context's tokens, the number of candidates from the list itself, whether arguments conform to the schema. `at`: ISO 8601.
 */
export function probeLine(probed: ProbedArm, at: string, bars: TraceBars, conforms: Conforms): Line {
  const { reply, verdict, gold, run } = probed;
  const { answer } = reply;
  if (answer === null) return failedLine(probed, at, probed.error ?? "no answer");
  const record: CaseRecord = { run: "", place: 0, repeat: 0, gold, reply, verdict };
  return {
    ...common(probed, at),
    scores: scoresOf(record, run),
    ...contextOf(answer, bars),
    ...candidatesOf(answer),
    tool_calls: answer.tool_calls.map((call) => ({
      name: call.tool,
      schema_ok: call.schema !== null && conforms(call.schema, call.arguments) === true,
      mutating: call.mutating,
      // An approval stands for the rehearsal, as in the checks before a go-live.
      dry_run: call.dry_run === true || (call.approval_id ?? "") !== "",
      intent_line: call.intent ?? false,
    })),
    ...triesOf(answer),
    hard_timeout: false,
    ...(answer.timings.embedding_ms === null ? {} : { embedding_ms: answer.timings.embedding_ms }),
  };
}

/** The system under test failed: the worst of every score. */
export const failedLine = (probed: ProbedArm, at: string, error: string): Line => ({
  ...common(probed, at),
  error,
  hard_timeout: probed.reply.reason?.code === "timeout",
});

/** Nothing where one of the calls doesn't say how often it was tried. */
function triesOf({ tool_calls: calls }: Answer): Line {
  const tries = calls.map(({ retries }) => retries);
  return tries.includes(null) ? {} : { retries: tries.reduce<number>((sum, each) => sum + (each ?? 0), 0) };
}

const common = ({ canary, arm, question, reply }: ProbedArm, at: string): Line => ({
  at,
  arm,
  trace_id: probeTrace(canary, question, arm),
  query_id: question,
  latency_s: reply.latencyMs / 1_000,
});

/** Null: the judge gave none, or the answer doesn't show what it would take. Whether evidence was retrieved needs no judge. */
function scoresOf(record: CaseRecord, run: string): { readonly [score in Score]: number | null } {
  const { f1 = null, precision = null, recall = null, faithfulness = null } = record.verdict?.metrics ?? {};
  const { prefilter } = caseOracle(record, run);
  const reader = readerCase(record, run);
  return {
    f1,
    precision,
    recall,
    faithfulness,
    oracle_prefilter: prefilter === null ? null : Number(prefilter),
    reader_used_gold: reader === null ? null : readerUsedGold([reader]).share,
  };
}

function contextOf({ context, snapshot }: Answer, { contextBudget, prefix }: TraceBars): Line {
  // No tokenizer makes fewer tokens than there are words: whoever counts fewer counts wrong.
  const tokens = context.reduce((sum, chunk) => sum + Math.max(chunk.tokens, wordsIn(chunk.text)), 0);
  // Where nothing was retrieved, or the pattern can't be read here, nobody has looked: that is no "none".
  const looked = prefix !== null && snapshot.length > 0;
  return {
    budget_violation: tokens > contextBudget,
    ...(looked ? { prefix_leakage: snapshot.some(({ bm25_text }) => bm25_text.search(prefix) >= 0) } : {}),
  };
}

const wordsIn = (text: string): number => text.split(/\s+/).filter((word) => word !== "").length;

function candidatesOf({ candidates, snapshot }: Answer): Line {
  const { before_dedup: before, after_dedup: after } = candidates;
  return {
    // The list is everything that was found: how long it is need not be believed.
    snapshot_breadth: snapshot.length,
    // More after than before is no count.
    ...(after > before ? {} : { candidates_before_dedup: before, candidates_after_dedup: after }),
  };
}
