import { compareRuns } from "#src/evaluation/compare/compare-runs";
import { judgeFloors } from "#src/evaluation/compare/judge-floors";
import { measureRun } from "#src/evaluation/compare/measure-case";
import type { Label } from "#src/evaluation/metrics/labels";
import { metricValues, scoreJudgement } from "#src/evaluation/metrics/score-judgement";
import type { CaseRecord, CaseVerdict, GoldQuestion, Reply } from "#src/evaluation/run/case-record";
import type { Plan } from "#src/evaluation/run/run-record";
import { createConforms } from "#src/evaluation/tool-schemas";
import { type CaseTrace, traceCase } from "#src/operations/triage/case-trace";
import { type TracedRun, type Triage, triage } from "#src/operations/triage/triage";
import type { WeeklyMaterial } from "#src/operations/weekly/material";
import { evaluatedRun, MARGINS, many } from "#test/evaluation-compare/evaluated";
import { FLOORS } from "#test/evaluation-report/sample";
import { gold, noReply, reply, verdict } from "#test/evaluation-run/records";

export const PAIR = { run: "run-2", config: "v1" };
const RULES = { prefix: /^Document: /, contextBudget: 3000, conforms: createConforms() };

type Answer = NonNullable<Reply["answer"]>;

/** How one trial went. Left out: the gold passage is found, given to the reader, and answered from, in a second. */
export type Went = {
  readonly gold?: "given" | "found" | "missing";
  readonly answer?: "right" | "half" | "made-up" | "noise" | "silent";
  readonly seconds?: number;
  readonly steps?: Partial<Answer["timings"]>;
  readonly failed?: string;
  readonly ungraded?: boolean;
  readonly changes?: Partial<Answer>;
  readonly question?: Partial<GoldQuestion>;
};

const GOLD_CHUNK = "guide.md#1";
const labels = (right: number, all: number): Label[] => many(all, (at) => (at < right ? "Entailment" : "Neutral"));

/** Two claims each; the gold chunk is the first column where it was given. */
function judged({ gold: place = "given", answer = "right" }: Went): CaseVerdict {
  const made = answer === "silent" ? 0 : 2;
  const right = answer === "right" ? 2 : answer === "half" ? 1 : 0;
  const given = place === "given";
  const from = (at: number): Label[] => {
    if (answer === "noise") return ["Neutral", "Entailment"];
    return answer !== "made-up" && at < right && given ? ["Entailment", "Neutral"] : ["Neutral", "Neutral"];
  };
  const judgement = {
    answer2response: labels(right, answer === "half" ? 1 : made),
    response2answer: labels(right, 2),
    retrieved2response: many(answer === "half" ? 1 : made, from),
    retrieved2answer: many(2, (): Label[] => (given ? ["Entailment", "Neutral"] : ["Neutral", "Neutral"])),
  };
  return verdict({ judgement, metrics: metricValues(scoreJudgement(judgement)) });
}

const none = { claims: null, judgement: null, metrics: null };

/** One trial of a case, with everything that a service shows. */
export function record(id: string, went: Went = {}): CaseRecord {
  const { gold: place = "given", answer = "right", seconds = 1 } = went;
  const question = gold(id, { chunks: { run: PAIR.run, ids: [GOLD_CHUNK] }, tags: ["billing"], ...went.question });
  const base = { run: "", place: 0, repeat: 0, gold: question };
  if (went.failed !== undefined) {
    const reason = { code: went.failed, sentence: "The RAG service did not answer within 30 s." };
    return { ...base, reply: noReply(went.failed), verdict: verdict({ ...none, outcome: "failed", reason }) };
  }
  const one = reply(`${id} ${answer}`);
  if (one.answer === null) throw new Error("a reply without an answer");
  const chunk = (chunk_id: string) => ({ chunk_id, document: "guide.md", text: `text of ${chunk_id}` });
  const snapshot = [...(place === "missing" ? [] : [GOLD_CHUNK]), "guide.md#2", "guide.md#3"].map(chunk);
  const context = [...(place === "given" ? [GOLD_CHUNK] : ["guide.md#3"]), "guide.md#2"].map(chunk);
  const total = seconds * 1000 - 5;
  const answered: Answer = {
    ...one.answer,
    snapshot: snapshot.map((each, at) => ({ ...each, bm25_text: each.text, score: 1, rank: at + 1 })),
    context: context.map((each) => ({ ...each, tokens: 40 })),
    // Another number for each: one and the same for all would be a clamp.
    candidates: { before_clamp: 20 + (id.charCodeAt(id.length - 1) % 5), before_dedup: 20, after_dedup: 16 },
    timings: {
      ...one.answer.timings,
      embedding_ms: 10,
      retrieve_ms: 60,
      rerank_ms: 20,
      generate_ms: total - 80,
      total_ms: total,
      ...went.steps,
    },
    prompt_audit: {
      prompt_sha256: "b".repeat(64),
      prompt: null,
      model: "reader",
      temperature: 0,
      seed: 42,
      cot: false,
      few_shot_ids: ["fs-1"],
      input_tokens: 10,
      output_tokens: 10,
    },
    ...went.changes,
  };
  const whole: Reply = { ...one, answer: answered, latencyMs: seconds * 1000 };
  if (went.ungraded === true) {
    const reason = { code: "invalid-output", sentence: "The judge gave no valid labels, twice." };
    return { ...base, reply: whole, verdict: verdict({ ...none, outcome: "ungraded", reason }) };
  }
  if (!question.answerable) {
    return { ...base, reply: whole, verdict: verdict({ ...none, outcome: "refusal", refused: answer === "silent" }) };
  }
  return { ...base, reply: whole, verdict: judged(went) };
}

export const caseId = (at: number): string => `case-${String(at + 1).padStart(3, "0")}`;
/** `count` cases, each as `went` says. */
export const records = (count: number, went: (at: number) => Went = () => ({})): CaseRecord[] =>
  many(count, (at) => record(caseId(at), went(at)));

async function* each(cases: readonly CaseRecord[]): AsyncGenerator<CaseRecord> {
  yield* cases;
}

/** As a run is read from the stores. `labelled`: whose evidence stands in the documents; null: nobody could look. */
export async function traced(
  id: string,
  cases: readonly CaseRecord[],
  { plan = {}, labelled = new Set(cases.map((one) => one.gold.id)) }: TracedOptions = {},
): Promise<TracedRun> {
  const { record: shape } = evaluatedRun(id, [], { plan: { pair: PAIR, ...plan } });
  const traces = new Map(cases.map((one): [string, CaseTrace] => [one.gold.id, traceCase(one, PAIR.run, RULES)]));
  return { run: await measureRun(shape, each(cases), labelled), traces };
}
type TracedOptions = { readonly plan?: Partial<Plan>; readonly labelled?: ReadonlySet<string> | null };

/** The triage of `now` against `before`, with the demo's floors and margins. */
export const triaged = async (
  now: readonly CaseRecord[],
  before: readonly CaseRecord[] | null,
  options: TracedOptions = {},
): Promise<Triage> => triage(await materialOf(now, before, options));

/** What a weekly run of `now` against `before` is judged by. */
export async function materialOf(
  now: readonly CaseRecord[],
  before: readonly CaseRecord[] | null,
  options: TracedOptions = {},
): Promise<WeeklyMaterial> {
  const subject = await traced("ev_now", now, options);
  const other = before === null ? null : await traced("ev_before", before);
  return {
    now: subject,
    before: other === null ? null : { ...other, kind: "set" },
    comparison: other === null ? null : compareRuns(other.run, subject.run, MARGINS),
    floors: judgeFloors(subject.run, FLOORS),
    unread: null,
    auditApplies: true,
  };
}
