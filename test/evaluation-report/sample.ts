import { createLabelling } from "#src/evaluation/compare/label-cases";
import { measureRun } from "#src/evaluation/compare/measure-case";
import type { Label } from "#src/evaluation/metrics/labels";
import { metricValues, scoreJudgement } from "#src/evaluation/metrics/score-judgement";
import { collectReport } from "#src/evaluation/report/collect-report";
import type { Report } from "#src/evaluation/report/report";
import type { CaseRecord, CaseVerdict, Reply } from "#src/evaluation/run/case-record";
import type { Plan, RunRecord } from "#src/evaluation/run/run-record";
import { evaluatedRun, MARGINS, many } from "#test/evaluation-compare/evaluated";
import { gold, noReply, reply, verdict } from "#test/evaluation-run/records";

export const FLOORS = {
  precision_min: 0.2,
  recall_min: 0.45,
  f1_min: 0.22,
  latency_max: 30,
  faithfulness_min: 0.6,
  oracle_retrieval_hit_min: 0.85,
  reader_used_gold_min: 0.7,
};

/** What somebody might write to take over a page, or to make it read another way. */
export const HOSTILE = {
  question: `<script>document.title = "taken"</script> Which plan is \u202Eeerf\u202C?`,
  answer: `<img src=x onerror="document.title='taken'"> & "quotes" '</bdi></details>`,
  chunk: `</div></details></main><style>body { display: none }</style> javascript:alert(1) \u0000 \u2066isolated\u2069`,
  tag: `"><svg onload=alert(1)>`,
};

const TAGS = ["billing", "sign-in", "webhooks", "workspaces-and-permissions-of-large-organisations"];
const AT = Date.UTC(2026, 10, 26, 9, 30);

/** A number between 0 and 1 that is the same every time. */
const chance = (seed: number): number => {
  const wave = Math.sin(seed * 12.9898) * 43_758.5453;
  return wave - Math.floor(wave);
};

const labelled = (right: number, all: number): Label[] =>
  many(all, (index) => (index < right ? "Entailment" : index % 2 === 0 ? "Neutral" : "Contradiction"));

function graded(right: number, all: number): CaseVerdict {
  const judgement = {
    answer2response: labelled(right, all),
    response2answer: labelled(right, all),
    retrieved2response: many(all, (index) => labelled(index < right ? 1 : 0, 2)),
    retrieved2answer: many(all, (index) => labelled(index < right ? 1 : 0, 2)),
  };
  const claims = (of: string) => many(all, (index): [string, string, string] => [of, "lasts", `${index + 5} days`]);
  return verdict({
    claims: { response: claims("the plan"), gold: claims("the trial") },
    judgement,
    metrics: metricValues(scoreJudgement(judgement)),
  });
}

function answered(text: string, evidence: string, seconds: number): Reply {
  const one = reply(text);
  if (one.answer === null) throw new Error("a reply without an answer");
  const chunks = [
    { chunk_id: "guide.md#1", document: "guide.md", text: evidence, tokens: 40 },
    { chunk_id: "notes/archive.md#7", document: "notes/archive.md", text: HOSTILE.chunk, tokens: 22 },
  ];
  const snapshot = chunks.map(({ tokens: _, ...chunk }, index) => ({
    ...chunk,
    bm25_text: chunk.text,
    score: 1,
    rank: index + 1,
  }));
  const answer = {
    ...one.answer,
    context: chunks,
    snapshot,
    citations: [{ chunk_id: "guide.md#1", document: "guide.md" }],
    candidates: { before_clamp: 24, before_dedup: 24, after_dedup: 18 },
  };
  return { ...one, answer, latencyMs: seconds * 1000 };
}

/** A run over a gold set of this size. `quality`: how much of an answer is right, 0 to 1. */
export function sampleCases(run: string, count: number, quality: number, broken = 0): readonly CaseRecord[] {
  return many(count, (index): CaseRecord => {
    const id = `case-${String(index + 1).padStart(3, "0")}`;
    const question = gold(id, {
      tags: index === 3 ? [HOSTILE.tag] : [TAGS[index % TAGS.length] ?? "", ...(index % 7 === 0 ? ["hard"] : [])],
      ...(index === 3 ? { question: HOSTILE.question } : {}),
      ...(index % 13 === 12 ? { answerable: false, answer: "" } : {}),
    });
    const base = { run, place: index, repeat: 0, gold: question };
    if (index < broken) {
      const code = index % 2 === 0 ? "timeout" : "unreachable";
      return {
        ...base,
        reply: noReply(code),
        verdict: verdict({
          outcome: "failed",
          reason: { code, sentence: "The RAG service did not answer within 30 s." },
          claims: null,
          judgement: null,
          metrics: null,
        }),
      };
    }
    const seconds = 1.2 + 2 * chance(index) ** 3 + (1 - quality);
    if (!question.answerable) {
      const refused = index % 2 === 0;
      const text = refused ? "I don't know." : "It is 42.";
      const none = { claims: null, judgement: null, metrics: null };
      return {
        ...base,
        reply: answered(text, "nothing", seconds),
        verdict: verdict({ ...none, outcome: "refusal", refused }),
      };
    }
    const all = 2 + (index % 4);
    // The hostile case is among the worst, where its texts are shown.
    const right =
      index === 3 && quality < 0.7
        ? 0
        : Math.min(all, Math.round(all * Math.min(1, quality * (0.4 + 1.2 * chance(index + 77)))));
    const text = index === 3 ? HOSTILE.answer : `It lasts ${index + 5} days, and can be prolonged once by the owner.`;
    const found = chance(index + 5) < quality + 0.2;
    const evidence = found ? `${question.answer} It can be prolonged once.` : "Something about another plan.";
    return { ...base, reply: answered(text, evidence, seconds), verdict: graded(right, all) };
  });
}

export function sampleRecord(id: string, cases: readonly CaseRecord[], plan: Partial<Plan> = {}): RunRecord {
  const of = (outcome: string) => cases.filter(({ verdict: found }) => found?.outcome === outcome).length;
  const counts = {
    planned: cases.length,
    answered: cases.filter(({ reply: found }) => found?.answer != null).length,
    graded: of("graded"),
    refusals: of("refusal"),
    ungraded: of("ungraded"),
    failed: of("failed"),
  };
  const times = { startedAt: AT, endedAt: AT + 4_320_000 };
  const ids = cases.map(({ gold: question }) => question.id);
  return evaluatedRun(id, [], {
    counts,
    ...times,
    plan: { caseIds: ids, gold: { file: "gold.jsonl", sha256: "a".repeat(64), cases: ids.length }, ...plan },
  }).record;
}

async function* each(cases: readonly CaseRecord[]): AsyncGenerator<CaseRecord> {
  yield* cases;
}

export type SampleRun = { readonly record: RunRecord; readonly cases: readonly CaseRecord[] };

/** What the report of `run` says, with everything read as the command reads it but the database. */
export async function sampleReport(run: SampleRun, against: SampleRun | null): Promise<Report> {
  const runs = new Map([run, ...(against === null ? [] : [against])].map(({ record, cases }) => [record.id, cases]));
  const store = { cases: (id: string) => each(runs.get(id) ?? []) };
  const measured = ({ record, cases }: SampleRun) => {
    const labelling = createLabelling(
      cases.map(({ gold: question }) => question),
      record.plan.pair.run,
    );
    const texts = cases.map(({ gold: question }) => question.answer).filter((text) => text !== "");
    labelling.look({
      document: "guide.md",
      chunks: texts.map((text, index) => ({ id: `guide.md#${2 * index}`, text })),
    });
    return measureRun(record, each(cases), labelling.labelled());
  };
  const baseline = {
    id: 1,
    service: "docs",
    epoch: run.record.plan.epoch.id,
    run: against?.record.id ?? "",
    reason: "It has been live for a month without a complaint.",
    by: { id: "U0MILA", name: "Mila Berg", via: null },
    regradedFrom: null,
    at: AT - 86_400_000,
  };
  return collectReport(store, {
    run: await measured(run),
    against: against === null ? null : { run: await measured(against), baseline },
    floors: FLOORS,
    margins: MARGINS,
    bars: { contextBudget: 3000, prefix: /^Document: / },
    at: AT + 5_000_000,
  });
}

/** A candidate that got worse, against its baseline, over 130 cases; some of them failed, and some texts are hostile. */
export async function worseCandidate(): Promise<Report> {
  const candidate = sampleCases("ev_b2", 130, 0.55, 3);
  const before = sampleCases("ev_a1", 130, 0.85);
  return sampleReport(
    { record: sampleRecord("ev_b2", candidate), cases: candidate },
    { record: sampleRecord("ev_a1", before, { pair: { run: "run-1", config: "v1" } }), cases: before },
  );
}
