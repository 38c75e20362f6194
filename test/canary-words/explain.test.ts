import { describe, expect, it } from "vitest";
import { ungradedProblem } from "#src/canary/graded-share";
import type { KpiReport, KpiStanding } from "#src/canary/kpi-report";
import { explainKpi } from "#src/canary/words/explain";
import { breachOf, numbersOf, policy, reportOf, sightOf, viewOf, watch } from "#test/canary-words/view";

const when = () => "14:20";
const explain = (id: string, change: Partial<KpiReport> = {}, canary = watch()) =>
  explainKpi(viewOf({ canary, sight: sightOf([reportOf(id, change)]) }), id, when).join("\n");

describe("why a KPI stands as it does", () => {
  it("says what is compared, what was seen, against which bar, and what the end asks", () => {
    expect(explain("f1", { standing: "watching" })).toBe(
      [
        "F1: watching.",
        "Compared: F1 of an answer's claims against the known answer, of both runs' answers to the same question, pair by pair. A breach is a mean proven to be below the baseline's.",
        "Seen: .56 against .61 of the baseline, over 1,240 graded pairs. The limit is .61.",
        "Evidence of a breach: 1 in 12 if nothing were wrong (▁▂). It takes 1 in 80, its share of the 5 % of false alarms that all KPIs together may cause, however often one looks.",
        "Watching: the value itself is beyond the limit, and chance could still have done that. More data proves it, or takes it back.",
        "At the end it has to be proven good enough: at most 2 points below the baseline. That is not so yet.",
        "Smallest change it would see with 80 % chance: 2.3 points.",
        "A question with a known answer counts once, however often it is asked; 84 of 130 were asked of both so far.",
        "A breach of it rolls back by itself after 5 min, unless somebody holds it.",
      ].join("\n"),
    );
  });

  const standings: readonly KpiStanding[] = ["breach", "healthy", "watching", "unknown"];
  it.each(policy.kpis.flatMap(({ id }) => standings.map((standing) => ({ id, standing }))))(
    "$id as $standing: a sentence for each part, and none of it is a hole",
    ({ id, standing }) => {
      const lines = explain(id, { standing }).split("\n");
      expect(lines.length).toBeGreaterThanOrEqual(7);
      expect(lines[0]).toMatch(new RegExp(`: ${standing}\\.$`));
      expect(
        lines.filter((line) => line.toLowerCase().startsWith(standing === "breach" ? "a breach:" : standing)),
      ).toHaveLength(1);
      for (const line of lines) {
        expect(line).toMatch(/^[A-Z].*\.$/);
        expect(line).not.toMatch(/undefined|null|NaN|Infinity|\[object|\.\.$| {2}/);
      }
    },
  );

  it("without data says so, and never that it is healthy", () => {
    const empty = { value: null, baseline: null, n: 0, logE: 0, detectable: null };
    for (const { id } of policy.kpis) {
      const text = explain(id, empty);
      expect(text).toContain("unknown, there is no data");
      expect(text).toContain("No data is never healthy");
      expect(text).not.toMatch(/^Healthy/m);
    }
    expect(explainKpi(viewOf(), "f1", when)[0]).toBe("F1: not looked at yet.");
  });

  it("of a KPI without a tolerance says that nothing better than unknown can be proven", () => {
    expect(explain("dedup_rate", { value: 0.2 })).toContain("More can't be proven of this KPI.");
    expect(explain("f1")).toContain("not proven to be good enough");
  });

  it("of a p95 among the failed says what that means", () => {
    const text = explain("p95_latency", { value: Number.POSITIVE_INFINITY, baseline: 2, standing: "watching" });
    expect(text).toContain("Seen: among the failed against 2 s of the baseline");
    expect(text).toContain("More than 5 % of the candidate's requests failed.");
  });

  it("of a breach says since when, that it stays, and that the evidence is less by now", () => {
    const canary = watch({ breaches: [breachOf("f1")] });
    const text = explain("f1", { standing: "breach", logE: 1 }, canary);
    expect(text).toContain(
      "it was proven at 14:20, and stays one whatever comes later. The evidence is below the bar now.",
    );
    expect(explain("f1", { standing: "breach", logE: 9 }, canary)).not.toContain("below the bar now");
    // Without a monitor the journal's numbers are told.
    const journal = explainKpi(viewOf({ canary: { ...canary, standings: { f1: numbersOf("f1") } } }), "f1", when);
    expect(journal.join("\n")).toContain("Evidence of a breach: 1 in 4,000");
  });

  it("names grades that are missing of what it measures, and of nothing else", () => {
    const half = { asked: { due: 100, missing: 30 }, live: { due: 0, missing: 0 } };
    const all = { asked: { due: 100, missing: 0 }, live: { due: 0, missing: 0 } };
    const reason = ungradedProblem({ baseline: all, canary: half }, "f1") ?? "";
    const sight = sightOf([reportOf("f1"), reportOf("precision")], { reasons: [reason] });
    expect(explainKpi(viewOf({ sight }), "f1", when).join("\n")).toContain(
      "Missing grades: 30 % of the canary's answers",
    );
    expect(explainKpi(viewOf({ sight }), "precision", when).join("\n")).not.toContain("Missing grades");
  });

  it("says of a score that compares with gold why no question is asked at the moment", () => {
    const view = viewOf({ sight: sightOf([reportOf("f1"), reportOf("p95_latency")]), probesWait: "The judge is away" });
    expect(explainKpi(view, "f1", when)).toContain("No question is asked at the moment. The judge is away.");
    expect(explainKpi(view, "p95_latency", when).join("\n")).not.toContain("No question");
  });

  it("says what a breach would do: roll back, ask, or only tell", () => {
    expect(explain("grounded")).toContain("asks people, and rolls back if nobody answers for 30 min");
    expect(explain("grounded")).not.toContain("counts once");
    const told = watch({
      policy: { ...policy, kpis: policy.kpis.map((kpi) => ({ ...kpi, onBreach: "alert" as const })) },
    });
    expect(explain("f1", {}, told)).toContain("is told, and changes nothing by itself");
  });

  it("answers an id that isn't there with the ones that are, whatever was typed", () => {
    expect(explainKpi(viewOf(), "f2", when)).toEqual([
      expect.stringMatching(/^This canary has no KPI `f2`\. .* mean `f1`\? There are: oracle_prefilter/),
    ]);
    for (const typed of ["__proto__", "constructor", "`<!channel>`", ""]) {
      expect(explainKpi(viewOf(), typed, when), typed).toEqual([
        expect.stringMatching(/^This canary has no KPI `[^`]*`\./),
      ]);
    }
  });
});
