import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bounded } from "#src/operations/smoke/bounded";
import {
  type SmokeCase,
  type SmokeCheck,
  type SmokeResult,
  SUITES,
  toSuite,
  verdictOf,
} from "#src/operations/smoke/suites";
import { smokeSummary } from "#src/operations/smoke/words";
import { smokeJson } from "#src/operations/smoke/work/read-result";
import type { OperationState } from "#src/operations/state";
import { GOLIVE, type Person } from "#src/release/people";
import { smokeMessage } from "#src/slack/blocks/smoke-message";
import { smokeFace } from "#src/slack/render-smoke";
import { budgetBreaches, messageBreaches, readText } from "#test/slack-blocks/check-limits";
import { extreme } from "#test/slack-blocks/hostile";

const check = (id: string, verdict: SmokeCheck["verdict"], changes: Partial<SmokeCheck> = {}): SmokeCheck => ({
  id,
  verdict,
  summary: `${id} was ${verdict}.`,
  next: verdict === "pass" ? "" : `Mend ${id}.`,
  milliseconds: 5,
  cases: [],
  ...changes,
});
const one = (id: string, says: string, before: number | null = null): SmokeCase => ({
  id,
  question: `Why ${id}?`,
  says,
  before,
  now: 0,
});
const result = (changes: Partial<SmokeResult> = {}): SmokeResult => ({
  version: 1,
  live: { run: "run-1", config: "v1" },
  stopped: null,
  suites: [
    toSuite("ops-health", { checks: [check("database", "pass"), check("models", "inconclusive")], facts: {} }, 1),
    toSuite(
      "rag-qa",
      {
        checks: [
          check("answered", "pass"),
          check("as-before", "fail", {
            summary: "24 questions as in the last green run: 5 lost more than 0.5.",
            cases: ["tp-01", "tp-02", "tp-03", "tp-04", "tp-05"].map((id) => one(id, "F1 .00, was .60", 0.6)),
          }),
        ],
        facts: {},
      },
      1,
    ),
  ],
  compared: {
    green: { operation: "op_1", number: 7, at: Date.UTC(2026, 10, 22, 2, 30) },
    newlyBroken: ["rag-qa/as-before"],
    brokenAlready: ["ops-health/models"],
    mended: ["negatives/bidi"],
    called: null,
  },
  ...changes,
});
const operation = (of: SmokeResult): OperationState => ({
  id: "op_0123456789abcdef",
  number: 12,
  kind: "smoke",
  service: "support-docs",
  channel: "C0RELEASE",
  due: 0,
  trigger: "schedule",
  missed: 0,
  by: GOLIVE,
  requestedAt: 0,
  finished: { verdict: verdictOf(of), summary: smokeSummary(of), result: smokeJson(of), at: 0 },
  steps: [],
  version: 3,
});
const olga: Person = { id: "U0OLGA", name: "Olga", kind: "member" };

describe("a smoke run that somebody has to see", () => {
  const seen = smokeMessage(operation(result()), result(), [olga]);
  const text = readText(seen.blocks);

  it("says the whole point in its fallback", () => {
    expect(seen.text).toBe(
      "❌ fail · Smoke #12 of support-docs: Smoke 2/4 green: rag-qa/as-before failed and 1 more. <@U0OLGA>",
    );
  });

  it("has what failed first, what is new, the three worst cases, and what to do", () => {
    expect(text.indexOf("rag-qa/as-before")).toBeLessThan(text.indexOf("ops-health/models"));
    expect(text).toContain("`rag-qa/as-before` · new");
    expect(text).not.toContain("`ops-health/models` · new");
    for (const id of ["tp-01", "tp-02", "tp-03", "and 2 more"]) expect(text).toContain(id);
    expect(text).not.toContain("tp-04");
    expect(text).toContain("_… and 2 more; every case:_ `golive smoke --suite rag-qa --json`");
    expect(text).toContain("Why tp-01? — F1 .00, was .60");
    expect(text).toContain("→ Mend models.");
    expect(text).toContain("people may be getting worse answers than before");
    expect(text).not.toContain("answered was pass");
  });

  it("says where every case is: in the report of the suite's evaluation where it has one", () => {
    const asked = result({
      suites: result().suites.map((suite) =>
        suite.id === "rag-qa" ? { ...suite, facts: { evaluation: "ev_1" } } : suite,
      ),
    });
    expect(readText(smokeMessage(operation(asked), asked, []).blocks)).toContain(
      "_… and 2 more; every case:_ `golive eval report ev_1 --out report.html`",
    );
  });

  it("says since when, what was broken already, what is mended, and mentions who is on call", () => {
    expect(text).toMatch(/Last green: #7, <!date\^/);
    expect(text).toContain("broken already: ops-health/models");
    expect(text).toContain("mended: negatives/bidi");
    expect(text).toContain("<@U0OLGA> please look at it.");
  });

  const calledBefore = (of: SmokeResult) => ({
    ...of,
    compared: { ...of.compared, newlyBroken: [], called: { operation: "op_9", at: -1 } },
  });

  it("mentions nobody for what failed last night too, and says when it did", () => {
    const again = calledBefore(result());
    const said = smokeMessage(operation(again), again, [olga]);
    expect(said.text + readText(said.blocks)).not.toContain("<@U0OLGA>");
    expect(readText(said.blocks)).toContain("Nothing new is broken; who was on call was mentioned");
    expect(readText(said.blocks)).toContain("tp-01");
  });

  it("what could not be told last night either is one line without a mention", () => {
    const again = calledBefore(result({ suites: result().suites.slice(0, 1) }));
    const said = smokeMessage(operation(again), again, [olga]);
    expect(said.text).toContain("As last night: Smoke 1/2 green: ops-health/models could not tell.");
    expect(said.text + readText(said.blocks)).not.toContain("<@U0OLGA>");
    expect(said.blocks).toHaveLength(2);
    expect(readText(said.blocks)).not.toContain("Mend models");
  });

  it("a run that was stopped says why, and claims nothing", () => {
    const stopped = result({ stopped: "A rollback is under way (rb_1).", suites: [] });
    const said = smokeMessage(operation(stopped), stopped, []);
    expect(said.text).toContain("⚠️ inconclusive");
    expect(readText(said.blocks)).toContain("A rollback is under way (rb_1).");
  });

  it("a result that this version can't read is told plainly", async () => {
    const finished = { verdict: "fail" as const, summary: "It failed.", result: { version: 9 }, at: 0 };
    const said = await smokeFace.loud?.({ ...operation(result()), finished }, [olga]);
    expect(readText(said?.blocks)).toContain("It failed.");
  });

  it("one that it can is told with its cases", async () => {
    const said = await smokeFace.loud?.(operation(result()), [olga]);
    expect(readText(said?.blocks)).toContain("tp-01");
  });

  it("Slack takes it whatever a service said, and as much as there is", () => {
    const text = extreme(2_000);
    const hostile = fc.tuple(text, text, text, fc.nat(30), fc.nat(25)).map(([summary, next, says, checks, cases]) =>
      result({
        suites: SUITES.map((id) =>
          bounded(
            toSuite(
              id,
              {
                checks: Array.from({ length: checks }, (_, at) =>
                  check(`check-${at}`, "fail", {
                    summary,
                    next,
                    cases: Array.from({ length: cases }, () => one(says, says)),
                  }),
                ),
                facts: {},
              },
              1,
            ),
          ),
        ),
        compared: {
          green: null,
          newlyBroken: [],
          brokenAlready: Array.from({ length: checks }, (_, at) => `ops-health/check-${at}`),
          mended: [],
          called: null,
        },
      }),
    );
    fc.assert(
      fc.property(hostile, (of) => {
        const { blocks, text: fallback } = smokeMessage(operation(of), of, [olga, olga, olga]);
        expect(messageBreaches(blocks)).toEqual([]);
        expect(budgetBreaches(blocks)).toEqual([]);
        expect(fallback.length).toBeLessThanOrEqual(600);
        expect(readText(blocks)).not.toMatch(/<!channel>|<@U0DAN001>/);
      }),
      { numRuns: 150 },
    );
  });
});
