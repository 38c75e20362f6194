import { describe, expect, it } from "vitest";
import { compareRuns, type Difference } from "#src/evaluation/compare/compare-runs";
import { judgeFloors } from "#src/evaluation/compare/judge-floors";
import type { Values } from "#src/evaluation/compare/measures";
import { howLost } from "#src/operations/triage/answer-symptoms";
import { explainAnswer } from "#src/operations/triage/explain-answer";
import type { SeenCase } from "#src/operations/triage/seen-case";
import { type Triage, triage } from "#src/operations/triage/triage";
import { evaluatedCase, evaluatedRun, MARGINS, trial } from "#test/evaluation-compare/evaluated";
import { FLOORS } from "#test/evaluation-report/sample";
import { caseId, record, records, traced, triaged, type Went } from "#test/operations-weekly/traced";

const N = 60;
/** The first `bad` of all cases went as `how` says, the others well. */
const first = (bad: number, how: Went) => records(N, (at) => (at < bad ? how : {}));
const against = (bad: number, how: Went, before = records(N)) => triaged(first(bad, how), before);

const told = ({ causes }: Triage) => causes.map(({ cause, sure }) => `${cause} ${sure}`);
const signs = ({ causes }: Triage) => causes.flatMap((each) => each.signs.map(({ sign, cases }) => `${sign} ${cases}`));
const of = (found: Triage, metric: string) => found.symptoms.find((symptom) => symptom.metric === metric);

describe("a run like its baseline", () => {
  it("has no symptom, no cause, and nobody to look at", async () => {
    expect(await triaged(records(N), records(N))).toEqual({ symptoms: [], causes: [], unclear: [], worst: [] });
  });

  it("that got better has none either", async () => {
    const found = await triaged(records(N), first(20, { answer: "half" }));
    expect(found.symptoms).toEqual([]);
  });
});

describe("retrieval", () => {
  it("is told where the gold passage is not in the snapshot any more", async () => {
    const found = await against(15, { gold: "missing", answer: "made-up" });
    expect(told(found)).toEqual(["retrieval sure"]);
    expect(signs(found)).toEqual(["gold-not-retrieved 15"]);
    expect(of(found, "oracle_retrieval_hit_prefilter")).toMatchObject({ how: "floor", value: 0.75, baseline: 1 });
    expect(found.worst[0]).toMatchObject({ id: "case-001", cause: "retrieval" });
    expect(found.worst[0]?.says).toBe("The gold passage is not in the snapshot (2 chunks), and was in the baseline's.");
  });

  it("is told where it was found and never came to the reader", async () => {
    const found = await against(15, { gold: "found", answer: "noise" });
    expect(told(found)[0]).toBe("retrieval sure");
    expect(signs(found)).toContain("gold-lost-before-reader 15");
    expect(of(found, "f1")?.cases[0]?.says).toContain("is not among the 2 of 3 chunks that the reader got");
  });

  it("is told by the judge where nobody knows the evidence", async () => {
    const lost = { gold: "missing", answer: "made-up" } as const;
    const found = await triaged(first(15, lost), records(N), { labelled: null });
    expect(told(found)[0]).toBe("retrieval sure");
    expect(signs(found)).toContain("claims-not-in-context 15");
  });

  it("is told of a search that finds the same number for every question", async () => {
    const candidates = { before_clamp: 5, before_dedup: 5, after_dedup: 5 };
    const found = await triaged(
      records(N, () => ({ changes: { candidates } })),
      records(N),
    );
    expect(told(found)).toEqual(["retrieval sure"]);
    expect(of(found, "snapshot_breadth")).toMatchObject({ how: "broken", value: 5, sure: "sure" });
  });

  it("is told without a baseline by what a case lacks", async () => {
    const found = await triaged(first(40, { gold: "missing", answer: "made-up" }), null);
    expect(told(found)[0]).toBe("retrieval sure");
    expect(of(found, "oracle_retrieval_hit_prefilter")).toMatchObject({ how: "floor", bar: 0.85, baseline: null });
  });
});

describe("generation", () => {
  it.each([
    ["gold-not-used", { answer: "half" }],
    ["refused-with-gold", { answer: "silent" }],
    ["made-up", { answer: "made-up" }],
    ["took-wrong-passage", { answer: "noise" }],
  ] as const)("is told where the gold was in the context: %s", async (sign, how) => {
    const found = await against(18, how);
    expect(told(found)).toEqual(["generation sure"]);
    expect(signs(found)).toEqual([`${sign} 18`]);
  });

  it("is told where a question that the documents don't answer got an answer", async () => {
    const negatives = (answer: "silent" | "half") =>
      records(N, () => ({ answer, question: { answerable: false, answer: "" } }));
    const found = await triaged([...negatives("half")], [...negatives("silent")]);
    expect(told(found)).toEqual(["generation sure"]);
    expect(signs(found)).toEqual(["answered-negative 60"]);
  });

  it("is told where the baseline lacked the passage too: then the search explains no loss against it", async () => {
    const before = first(8, { gold: "missing" });
    const found = await triaged(first(8, { gold: "missing", answer: "made-up" }), before);
    expect(told(found)).toEqual(["generation sure"]);
  });
});

describe("performance", () => {
  const slow = (steps: NonNullable<Went["steps"]>) => ({ seconds: 4, steps }) as const;
  it.each([
    ["slow-embedding", slow({ embedding_ms: 3010, retrieve_ms: 3070, generate_ms: 905 })],
    ["slow-search", slow({ retrieve_ms: 3060, generate_ms: 915 })],
    ["slow-rerank", slow({ rerank_ms: 3020, generate_ms: 915 })],
    ["slow-generation", slow({})],
    ["slow-elsewhere", slow({ generate_ms: 915 })],
    ["slow-on-the-way", slow({ generate_ms: 915, total_ms: 995 })],
    [
      "slow-unknown",
      slow({ embedding_ms: null, retrieve_ms: null, rerank_ms: null, generate_ms: null, total_ms: null }),
    ],
  ] as const)("is told with the step that took longer: %s", async (sign, how) => {
    const found = await against(N, how);
    expect(told(found)).toEqual(["performance sure"]);
    expect(signs(found)).toEqual([`${sign} 60`]);
    expect(of(found, "p95_latency")).toMatchObject({ how: "proven", unit: "seconds", baseline: 1, value: 4 });
  });

  it("is not told of what nobody notices: a few milliseconds more", async () => {
    const before = records(N, () => ({ seconds: 0.1 }));
    expect(
      (
        await triaged(
          records(N, () => ({ seconds: 0.3 })),
          before,
        )
      ).symptoms,
    ).toEqual([]);
  });

  it("is told above the ceiling without a baseline", async () => {
    const found = await triaged(
      records(N, () => ({ seconds: 40 })),
      null,
    );
    expect(of(found, "p95_latency")).toMatchObject({ how: "floor", bar: 30, cause: "performance" });
  });
});

describe("reliability", () => {
  it("is told of questions without an answer, with what was said", async () => {
    const found = await against(8, { failed: "timeout" });
    expect(told(found)).toEqual(["reliability sure"]);
    expect(signs(found)).toEqual(["no-answer 8"]);
    expect(of(found, "without_score")?.cases[0]?.says).toBe(
      "No answer came back: The RAG service did not answer within 30 s.",
    );
  });

  it("is told of answers that nobody could grade", async () => {
    expect(signs(await against(8, { ungraded: true }))).toEqual(["not-graded 8"]);
  });

  it("is told of tool calls that took several tries, also where only the time shows it", async () => {
    const call = {
      tool: "search",
      arguments: {},
      intent: "using=search reason=x expected=y",
      schema: { type: "object" },
    };
    const calls = (retries: number) => ({
      tool_calls: [{ ...call, mutating: false, dry_run: null, approval_id: null, retries }],
    });
    const before = records(N, () => ({ changes: calls(0) }));
    const found = await triaged(
      records(N, () => ({ seconds: 4, changes: calls(2) })),
      before,
    );
    expect(told(found)).toEqual(["reliability sure"]);
    expect(of(found, "p95_latency")?.cause).toBe("reliability");
    expect(of(found, "tool_retries")).toMatchObject({ value: 1, bar: 0.01, baseline: 0 });
  });
});

describe("governance", () => {
  const audit = record("x").reply?.answer?.prompt_audit ?? null;
  const snapshot = [
    { chunk_id: "guide.md#1", document: "guide.md", text: "t", bm25_text: "Document: t", score: 1, rank: 1 },
  ];
  const bare = { tool: "delete", arguments: {}, intent: null, schema: null, retries: null } as const;
  const calls = [{ ...bare, mutating: true, dry_run: false, approval_id: null }];
  const context = [{ chunk_id: "guide.md#1", document: "guide.md", text: "t", tokens: 4000 }];
  it.each([
    ["prefix-in-search-text", "prefix_leakage", { snapshot }],
    ["tool-rule", "tool_governance", { tool_calls: calls }],
    ["over-budget", "context_budget", { context }],
    ["no-prompt-audit", "prompt_audit", { prompt_audit: null }],
    ["made-otherwise", "made_with", { config_hash: "c".repeat(64) }],
    ["made-otherwise", "made_with", { prompt_audit: audit === null ? null : { ...audit, few_shot_ids: ["fs-9"] } }],
  ] as const)("is told of one answer that breaks a rule: %s", async (sign, metric, changes) => {
    const found = await against(6, { changes });
    expect(of(found, metric)).toMatchObject({ how: "broken", cause: "governance", sure: "sure" });
    expect(signs(found)).toEqual([`${sign} 6`]);
  });

  it("is told of worse answers that were made otherwise under the same version, whatever else shows", async () => {
    const other = audit === null ? null : { ...audit, few_shot_ids: ["fs-9"] };
    const found = await against(18, { answer: "half", changes: { prompt_audit: other } });
    expect(told(found)).toEqual(["governance sure"]);
    expect(of(found, "f1")).toMatchObject({ cause: "governance", how: "proven" });
  });

  it("is told of answers that are none to what was asked", async () => {
    expect(told(await against(8, { failed: "not-as-asked" }))).toEqual(["governance sure"]);
  });

  it("lets a service go without a prompt audit that it declared away", async () => {
    const now = await traced("ev_now", first(6, { changes: { prompt_audit: null } }));
    const rest = { now, before: null, comparison: null, floors: judgeFloors(now.run, FLOORS) };
    expect(triage({ ...rest, auditApplies: false }).symptoms).toEqual([]);
    expect(triage({ ...rest, auditApplies: true }).symptoms).toHaveLength(1);
  });
});

describe("how much explains how much", () => {
  const seen = (values: Values): SeenCase => ({ of: evaluatedCase("q", [trial(values)]), trace: null });
  const explain = (is: number) =>
    explainAnswer(
      {
        id: "q",
        now: seen({ claim_recall: is, recall: 0, hallucination: 0.5 }),
        before: seen({ claim_recall: 1, recall: 1, hallucination: 0 }),
        samePair: false,
      },
      { measure: "recall", loss: 1 },
    ).sign;

  it("blames the context for what it lacks, from half of the loss on, and the reader for the rest", () => {
    expect(explain(0.5)).toBe("claims-not-in-context");
    expect(explain(0.6)).toBe("made-up");
  });

  it("counts a measure without margins as proven worse only where it is among all that are looked at", () => {
    const lone: Difference = {
      measure: "claim_recall",
      n: 50,
      baseline: 0.9,
      candidate: 0.86,
      difference: -0.04,
      interval: { low: -0.079, high: -0.001 },
      standing: null,
      shift: "worse",
    };
    const among = (looks: number) => {
      const shape = compareRuns(evaluatedRun("ev_a", []), evaluatedRun("ev_b", []), MARGINS);
      if (!shape.comparable) throw new Error("they are of one epoch");
      return howLost(lone, { ...shape, differences: Array.from({ length: looks }, () => lone) });
    };
    expect(among(1)).toBe("proven");
    expect(among(12)).toBe("seen");
  });
});

describe("mixed and unclear", () => {
  const mixed = (lost: number, unused: number) =>
    records(N, (at) =>
      at < lost ? { gold: "missing", answer: "made-up" } : at < lost + unused ? { answer: "made-up" } : {},
    );

  it("names the cause of most of the loss, and the one behind it", async () => {
    const found = await triaged(mixed(24, 4), records(N));
    expect(of(found, "f1")).toMatchObject({ cause: "retrieval", sure: "sure", runnerUp: "generation" });
    expect(of(found, "f1")?.shares.map(({ cause, cases }) => [cause, cases])).toEqual([
      ["retrieval", 24],
      ["generation", 4],
    ]);
  });

  it("says that it is not clear where two are alike", async () => {
    const found = await triaged(mixed(9, 8), records(N));
    expect(of(found, "f1")).toMatchObject({ sure: "unclear", cause: "retrieval", runnerUp: "generation" });
    expect(found.unclear).toContain("f1");
  });

  it("says that it is not clear with three cases, whatever they show", async () => {
    const found = await triaged(
      records(20, (at) => (at < 3 ? { gold: "missing", answer: "made-up" } : {})),
      records(20),
    );
    expect(found.causes).toEqual([]);
    expect(found.unclear).toContain("f1");
  });

  it("doesn't blame anybody for answers that were only graded otherwise", async () => {
    const before = records(N);
    const same = (at: number) => before[at]?.reply ?? null;
    const now = first(18, { answer: "half" }).map((one, at) => ({ ...one, reply: same(at) }));
    const found = await triaged(now, before);
    expect(found.causes).toEqual([]);
    expect(of(found, "f1")?.cases[0]).toMatchObject({ cause: null, sign: null });
    expect(of(found, "f1")?.cases[0]?.says).toContain("only its grading differs");
  });

  it("compares no case whose question or gold answer is another in the baseline", async () => {
    const before = records(N, () => ({ question: { answer: "Another answer." } }));
    const found = await triaged(first(15, { gold: "missing", answer: "made-up" }), before);
    expect(found.symptoms.every(({ baseline }) => baseline === null)).toBe(true);
  });

  it("names each of the worst cases once, the heaviest first", async () => {
    const found = await against(15, { gold: "missing", answer: "made-up" });
    const ids = found.worst.map(({ id }) => id);
    expect(ids).toEqual(Array.from({ length: 10 }, (_, at) => caseId(at)));
  });
});
