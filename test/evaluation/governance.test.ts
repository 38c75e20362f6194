import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { METRICS } from "#src/evaluation/metrics/metric-names";
import { type DataTrace, dataQuality } from "#src/evaluation/oracle/data-quality";
import { checkFloors, type Floors } from "#src/evaluation/oracle/quality-floors";
import { type ToolCall, toolGovernance } from "#src/evaluation/oracle/tool-governance";
import { createConforms } from "#src/evaluation/tool-schemas";

describe("data quality", () => {
  const trace = (more: Partial<DataTrace> = {}, n = 0): DataTrace => ({
    contextTokens: 900,
    contextBudget: 1_000,
    searchTexts: ["rotate the key", "the Document: of a contract"],
    candidates: { beforeClamp: 40 + (n % 3), beforeDedup: 40, afterDedup: 32 },
    ...more,
  });
  const many = (more: Partial<DataTrace> = {}) => Array.from({ length: 30 }, (_, n) => trace(more, n));
  const judge = (traces: readonly DataTrace[], baselineBreadth: number | null = 41) =>
    dataQuality(traces, { prefix: /^Document: /, baselineBreadth });
  const verdicts = (traces: readonly DataTrace[], baseline?: number | null) =>
    Object.fromEntries(Object.entries(judge(traces, baseline)).map(([name, { verdict }]) => [name, verdict]));
  const GOOD = { budgetViolations: "pass", prefixLeakage: "pass", dedupRate: "pass", breadth: "pass" };

  it("passes what is healthy", () => {
    expect(verdicts(many())).toEqual(GOOD);
    expect(judge(many()).dedupRate.value).toBeCloseTo(0.2, 12);
  });

  it.each<[string, readonly DataTrace[], Partial<typeof GOOD>]>([
    ["one context over its budget", [...many(), trace({ contextTokens: 1_001 })], { budgetViolations: "fail" }],
    [
      "one search text with the prefix",
      [...many(), trace({ searchTexts: ["Document: x"] })],
      { prefixLeakage: "fail" },
    ],
    [
      "hardly anything deduplicated",
      many({ candidates: { beforeClamp: 40, beforeDedup: 40, afterDedup: 39 } }),
      { dedupRate: "fail", breadth: "fail" },
    ],
    [
      "a silent clamp: always exactly as many",
      many({ candidates: { beforeClamp: 41, beforeDedup: 41, afterDedup: 33 } }),
      { breadth: "fail" },
    ],
    [
      "nothing shown",
      many({ contextTokens: null, searchTexts: null, candidates: null }),
      {
        budgetViolations: "inconclusive",
        prefixLeakage: "inconclusive",
        dedupRate: "inconclusive",
        breadth: "inconclusive",
      },
    ],
    [
      "one trace that shows nothing",
      [...many(), trace({ candidates: null, contextBudget: null, searchTexts: null })],
      {
        budgetViolations: "inconclusive",
        prefixLeakage: "inconclusive",
        dedupRate: "inconclusive",
        breadth: "inconclusive",
      },
    ],
    [
      "no traces",
      [],
      {
        budgetViolations: "inconclusive",
        prefixLeakage: "inconclusive",
        dedupRate: "inconclusive",
        breadth: "inconclusive",
      },
    ],
  ])("%s", (_, traces, expected) => {
    expect(verdicts(traces)).toEqual({ ...GOOD, ...expected });
  });

  it("breadth within ±20 % of the baseline, and without a baseline only a clamp can be seen", () => {
    expect(verdicts(many(), 60).breadth).toBe("fail");
    expect(verdicts(many(), 30).breadth).toBe("fail");
    expect(verdicts(many(), null).breadth).toBe("pass");
  });

  it("the deduplication rate is a mean over queries: as many queries again change nothing", () => {
    const candidates = fc.integer({ min: 1, max: 50 }).chain((before) =>
      fc.record({
        beforeClamp: fc.nat(99),
        beforeDedup: fc.constant(before),
        afterDedup: fc.integer({ min: 1, max: before }),
      }),
    );
    fc.assert(
      fc.property(fc.array(candidates, { minLength: 1, maxLength: 20 }), (each) => {
        const traces = each.map((candidates) => trace({ candidates }));
        expect(judge([...traces, ...traces]).dedupRate.value).toBeCloseTo(
          judge(traces).dedupRate.value ?? Number.NaN,
          12,
        );
      }),
    );
  });

  it("a prefix with a global flag sees every chunk", () => {
    const texts = ["Document: a", "Document: b"];
    const { prefixLeakage } = dataQuality([trace({ searchTexts: texts })], {
      prefix: /^Document: /g,
      baselineBreadth: null,
    });
    expect(prefixLeakage.value).toBe(2);
  });
});

describe("tool governance", () => {
  const SCHEMA = {
    type: "object",
    properties: { id: { type: "integer" } },
    required: ["id"],
    additionalProperties: false,
  };
  const call = (more: Partial<ToolCall> = {}): ToolCall => ({
    tool: "close_ticket",
    arguments: { id: 7 },
    intent: "using=close_ticket reason=the user asked for it expected={id}",
    schema: SCHEMA,
    mutating: false,
    dry_run: null,
    approval_id: null,
    ...more,
  });
  const judge = (...calls: ToolCall[]) => toolGovernance([{ traceId: "t", calls }], createConforms());
  const rehearsal = call({ mutating: true, dry_run: true });
  const real = call({ mutating: true });

  it("passes calls that are announced, conform, and are rehearsed or approved", () => {
    expect(
      judge(call(), rehearsal, real, call({ mutating: true, approval_id: "ap-1", arguments: { id: 9 } })),
    ).toMatchObject({
      verdict: "pass",
      calls: 4,
      conforming: 1,
      mutating: 3,
      breaches: [],
    });
  });

  it("is computed, never assumed: no calls are inconclusive", () => {
    expect(judge()).toMatchObject({ verdict: "inconclusive", conforming: null });
  });

  it.each<[string, ToolCall[], RegExp]>([
    ["a change without a dry run", [real], /without a dry run/],
    [
      "a dry run of other arguments",
      [call({ mutating: true, dry_run: true, arguments: { id: 8 } }), real],
      /without a dry run/,
    ],
    [
      "a dry run of another tool",
      [call({ tool: "x", intent: "using=x reason=r expected=e", mutating: true, dry_run: true }), real],
      /without a dry run/,
    ],
    ["a dry run afterwards", [real, rehearsal], /without a dry run/],
    ["an empty approval", [call({ mutating: true, approval_id: "" })], /without a dry run/],
    ["no intent line", [call({ intent: null })], /no line using=/],
    ["an intent line for another tool", [call({ intent: "using=other reason=r expected=e" })], /no line using=/],
    [
      "an intent line without a reason",
      [call({ intent: 'using=close_ticket reason="" expected=e' })],
      /no line using=/,
    ],
    ["arguments that don't conform", [call({ arguments: { id: "seven" } })], /don't conform/],
    ["a tool without a schema", [call({ schema: null })], /no usable schema/],
    ["a schema that is none", [call({ schema: { type: "integr" } })], /no usable schema/],
    ["a schema that refers elsewhere", [call({ schema: { $ref: "https://example.com/x" } })], /no usable schema/],
  ])("fails: %s", (_, calls, why) => {
    const { verdict, breaches } = judge(...calls);
    expect(verdict).toBe("fail");
    expect(breaches.map((breach) => breach.why).join()).toMatch(why);
  });

  it("more than 95 % have to conform: 95 of 100 are not enough, 96 are", () => {
    const of = (bad: number) => judge(...Array.from({ length: 100 }, (_, n) => call(n < bad ? { arguments: {} } : {})));
    expect([of(5).verdict, of(4).verdict]).toEqual(["fail", "pass"]);
  });

  it("a trace that doesn't say whether a call changes something is inconclusive", () => {
    expect(judge(call({ mutating: null })).verdict).toBe("inconclusive");
  });

  it("the dry run's own flag in the arguments, and their order, make no difference", () => {
    const free = { schema: { type: "object" }, mutating: true };
    const dry = call({ ...free, dry_run: true, arguments: { b: 1, a: 2, dry_run: true } });
    expect(judge(dry, call({ ...free, arguments: { a: 2, b: 1 } })).verdict).toBe("pass");
  });

  it("reads draft-07 schemas as such", () => {
    const conforms = createConforms();
    const schema = {
      $schema: "http://json-schema.org/draft-07/schema#",
      items: [{ type: "integer" }],
      additionalItems: false,
    };
    expect([conforms(schema, [1]), conforms(schema, [1, 2]), conforms("x", 1), conforms(false, 1)]).toEqual([
      true,
      false,
      null,
      false,
    ]);
  });
});

describe("quality floors", () => {
  const FLOORS: Floors = {
    precision_min: 0.2,
    recall_min: 0.45,
    f1_min: 0.22,
    latency_max: 30,
    faithfulness_min: 0.6,
    oracle_retrieval_hit_min: 0.85,
    reader_used_gold_min: 0.7,
  };
  const MEASURED = { p95Seconds: 12, oracleRetrievalHit: 0.9, readerUsedGold: 0.8 };
  const values = (value: number) => Object.fromEntries(METRICS.map((metric) => [metric, value]));
  const cases = (count: number, value: number) =>
    Array.from({ length: count }, (_, n) => ({ id: `c-${n}`, metrics: values(value) }));
  const verdict = (...given: Parameters<typeof checkFloors> extends [Floors, ...infer Rest] ? Rest : never) =>
    checkFloors(FLOORS, ...given).verdict;

  it("pass at the floor itself, on unrounded means; a hair below fails", () => {
    expect(verdict(cases(64, 0.625), { p95Seconds: 30, oracleRetrievalHit: 0.85, readerUsedGold: 0.7 })).toBe("pass");
    const report = checkFloors(FLOORS, cases(50, 0.5999), MEASURED);
    expect(report.verdict).toBe("fail");
    expect(report.findings.filter((each) => each.verdict === "fail").map((each) => each.floor)).toEqual([
      "faithfulness_min",
    ]);
  });

  it("an answer that never claims anything fails, however little it hallucinates", () => {
    const silent = { ...values(0), hallucination: 0, claim_recall: 1, context_precision: 1 };
    expect(
      verdict(
        Array.from({ length: 60 }, (_, n) => ({ id: `${n}`, metrics: silent })),
        MEASURED,
      ),
    ).toBe("fail");
  });

  it("fewer than 50 different cases are inconclusive, also when they were run often, and also when they are bad", () => {
    expect(verdict(cases(49, 0.9), MEASURED)).toBe("inconclusive");
    expect(verdict([...cases(25, 0.9), ...cases(25, 0.9)], MEASURED)).toBe("inconclusive");
    expect(verdict(cases(49, 0), MEASURED)).toBe("inconclusive");
  });

  it("ungraded cases are in no mean; more than one in twenty of them is inconclusive", () => {
    const ungraded = (count: number) => Array.from({ length: count }, (_, n) => ({ id: `u-${n}`, metrics: null }));
    expect(checkFloors(FLOORS, [...cases(60, 0.9), ...ungraded(3)], MEASURED)).toMatchObject({
      verdict: "pass",
      cases: 60,
      ungraded: 3,
    });
    expect(verdict([...cases(60, 0.9), ...ungraded(4)], MEASURED)).toBe("inconclusive");
  });

  it("a case weighs the same however often it was run", () => {
    const often = Array.from({ length: 200 }, () => ({ id: "c-0", metrics: values(0) }));
    const { findings } = checkFloors(FLOORS, [...cases(50, 1), ...often], MEASURED);
    expect(findings[0]?.value).toBeCloseTo(49 / 50 + 1 / 50 / 201, 12);
  });

  it("missing data is inconclusive, never a pass and never a fail; unanswered requests fail", () => {
    expect(verdict(cases(60, 0.9), { ...MEASURED, oracleRetrievalHit: null })).toBe("inconclusive");
    expect(verdict(cases(60, 0.9), { ...MEASURED, readerUsedGold: Number.NaN })).toBe("inconclusive");
    expect(verdict(cases(60, 0.9), { ...MEASURED, p95Seconds: Number.POSITIVE_INFINITY })).toBe("fail");
    const without = cases(60, 0.9).map(({ id, metrics: { f1: _, ...metrics } }) => ({ id, metrics }));
    expect(verdict(without, MEASURED)).toBe("inconclusive");
  });
});
