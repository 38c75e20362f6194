import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DEFAULT_POLICY } from "#src/canary/default-policy";
import { type RefusedLine, replayCanary } from "#src/canary/replay";
import { HOUR, iso, type Line, record, START, worse } from "#test/canary/recording";

function replay(lines: readonly (object | string)[], policy = DEFAULT_POLICY) {
  const refusals: RefusedLine[] = [];
  const run = replayCanary(policy, (line) => void refusals.push(line));
  for (const line of lines) run.line(typeof line === "string" ? line : JSON.stringify(line));
  return { ...run.end(), refusals };
}

const kpi = (of: ReturnType<typeof replay>, id: string) => {
  const found = of.report.kpis.find((each) => each.id === id);
  if (found === undefined) throw new Error(`no KPI ${id}`);
  return found;
};
const shown = ({ report }: ReturnType<typeof replay>) =>
  report.kpis.map(({ id, standing, logE, logHealthy, n, value, baseline }) => [
    id,
    standing,
    logE,
    logHealthy,
    n,
    value,
    baseline,
  ]);

/** Many tests begin with this one. */
const healthy = record();

describe("a healthy canary of 48 hours", () => {
  const replayed = replay(healthy);

  it("passes, and says what was proven and what was only not refuted", () => {
    expect(replayed.report.reasons).toEqual([]);
    expect(replayed.report).toMatchObject({
      verdict: "pass",
      hours: 48,
      alarms: [],
      proven: [
        "oracle_prefilter",
        "reader_used_gold",
        "f1",
        "precision",
        "p95_latency",
        "mutating_without_dry_run",
        "budget_violation",
        "prefix_leakage",
      ],
      unrefuted: ["tool_schema", "intent_line", "dedup_rate", "snapshot_breadth"],
    });
    expect(kpi(replayed, "f1").n).toBe(48 * 60);
    // The first bucket has no earlier ones to take a bar or a cap from.
    expect(kpi(replayed, "p95_latency").n).toBe(48 * 60 - 15);
    expect(kpi(replayed, "snapshot_breadth").n).toBe(48 * 60 - 15);
  });

  it("does not pass after 47 hours, nor without a KPI's data, nor with data on one arm only", () => {
    expect(replay(record({ hours: 47 })).report).toMatchObject({
      verdict: "inconclusive",
      hours: 47,
      reasons: ["both arms had data in 47 hours of the 48 that are asked for"],
    });
    for (const field of ["tool_calls", "budget_violation", "latency_s", "snapshot_breadth", "scores"]) {
      const { report } = replay(record({ change: () => ({ [field]: undefined }) }));
      expect(report.verdict, field).toBe("inconclusive");
    }
    const alone = replay(healthy.filter(({ arm }) => arm === "canary"));
    expect(alone.report).toMatchObject({ verdict: "inconclusive", hours: 0 });
    expect(kpi(alone, "f1")).toMatchObject({ standing: "unknown", n: 0, value: null });
    expect(replay([]).report).toMatchObject({ verdict: "inconclusive", hours: 0 });
  });

  it("counts only hours in which both arms were heard", () => {
    const silent = healthy.filter(
      ({ arm, at }) => arm === "canary" || Date.parse(at) < START + 10 * HOUR || Date.parse(at) >= START + 15 * HOUR,
    );
    expect(replay(silent).report).toMatchObject({ verdict: "inconclusive", hours: 43 });
    const longer = record({ hours: 53 }).filter(
      ({ arm, at }) => arm === "canary" || Date.parse(at) < START + 10 * HOUR || Date.parse(at) >= START + 15 * HOUR,
    );
    expect(replay(longer).report).toMatchObject({ verdict: "pass", hours: 48 });
  });

  it("looks at nothing behind the end of the window", () => {
    const after = replay(
      record({ hours: 50, change: (line, index) => (index >= 48 * 60 && line.arm === "canary" ? worse(line, 1) : {}) }),
    );
    expect(shown(after)).toEqual(shown(replayed));
    expect(after.state.counts.canary.after).toBe(120);
  });
});

describe("a candidate that is worse", () => {
  const since = (hour: number, change: (line: Line) => object) =>
    record({
      change: (line) =>
        line.arm === "canary" && Date.parse(line.at) >= START + hour * HOUR ? { ...change(line) } : {},
    });

  it("is rolled back, with the alarm at the end of the bucket that proved it", () => {
    const { report } = replay(since(12, (line) => worse(line, 0.2)));
    expect(report.verdict).toBe("rollback");
    const f1 = report.kpis.find(({ id }) => id === "f1");
    expect(f1?.standing).toBe("breach");
    const hours = ((f1?.firstAlarmAt ?? 0) - START) / HOUR;
    expect(hours % 0.25).toBe(0);
    expect(hours).toBeGreaterThan(12);
    expect(hours).toBeLessThan(16);
    expect(report.alarms[0]?.at).toBe(Math.min(...report.alarms.map(({ at }) => at)));
  });

  it("stays a breach when it recovers", () => {
    const lines = since(6, (line) => (Date.parse(line.at) < START + 12 * HOUR ? worse(line, 0.3) : {}));
    const replayed = replay(lines);
    const f1 = kpi(replayed, "f1");
    expect(f1.standing).toBe("breach");
    expect(f1.logE ?? 0).toBeLessThan(Number.POSITIVE_INFINITY);
    expect(replayed.report.verdict).toBe("rollback");
  });

  it("asks or tells where the KPI says so", () => {
    const lines = since(0, (line) => worse(line, 0.2));
    for (const [onBreach, verdict] of [
      ["ask", "ask"],
      ["alert", "inconclusive"],
    ] as const) {
      const policy = { ...DEFAULT_POLICY, kpis: DEFAULT_POLICY.kpis.map((each) => ({ ...each, onBreach })) };
      expect(replay(lines, policy).report.verdict).toBe(verdict);
    }
  });

  it.each([
    ["p95_latency", (line: Line) => ({ latency_s: 2.5 * Number(line.latency_s) })],
    ["tool_schema", () => ({ tool_calls: [{ name: "x", schema_ok: false, intent_line: true }] })],
    [
      "intent_line",
      () => ({ tool_calls: [{ name: "x", schema_ok: true, intent_line: "using=other reason=a expected=b" }] }),
    ],
    ["dedup_rate", () => ({ candidates_after_dedup: 20 })],
    ["dedup_rate", () => ({ candidates_after_dedup: 39 })],
    ["snapshot_breadth", (line: Line) => ({ snapshot_breadth: Math.floor(Number(line.snapshot_breadth) * 0.6) })],
    ["snapshot_breadth", (line: Line) => ({ snapshot_breadth: 2 * Number(line.snapshot_breadth) })],
    ["oracle_prefilter", (line: Line) => ({ scores: { ...Object(line.scores), oracle_prefilter: 0 } })],
  ])("is told by %s", (id, change) => {
    const { report } = replay(since(3, change));
    expect(report.alarms.map((alarm) => alarm.kpi)).toEqual([id]);
    expect(report.verdict).toBe("rollback");
  });

  it("is told by a breadth that a clamp pins to one number within what is allowed", () => {
    expect(replay(since(0, () => ({ snapshot_breadth: 40 }))).report.alarms.map(({ kpi }) => kpi)).toEqual([
      "snapshot_breadth",
    ]);
    expect(replay(record({ change: () => ({ snapshot_breadth: 40 }) })).report.alarms).toEqual([]);
  });

  it("counts a failure as the worst score and as longer than anything", () => {
    const failing = since(0, (line) =>
      Number(line.trace_id.split("-")[1]) % 4 === 0 ? { error: "timeout", latency_s: 0.01, scores: undefined } : {},
    );
    const replayed = replay(failing);
    expect(replayed.report.alarms.map(({ kpi }) => kpi)).toContain("f1");
    expect(replayed.report.alarms.map(({ kpi }) => kpi)).toContain("p95_latency");
    expect(kpi(replayed, "p95_latency").value).toBe(Number.POSITIVE_INFINITY);
    expect(replayed.state.counts.canary.failed).toBe(12 * 60);
    // No failure of the system is missing data.
    expect(replayed.report.reasons.join()).not.toContain("have no");
  });
});

describe("what must not happen once", () => {
  const once = (change: object, at = 600) =>
    record({ change: (line, index) => (index === at && line.arm === "canary" ? change : {}) });

  it.each([
    ["budget_violation", { budget_violation: true }],
    ["prefix_leakage", { prefix_leakage: true }],
    [
      "mutating_without_dry_run",
      { tool_calls: [{ name: "delete", schema_ok: true, mutating: true, dry_run: false, intent_line: true }] },
    ],
  ])("%s is a breach at the end of its bucket", (id, change) => {
    const { report } = replay(once(change));
    expect(report.verdict).toBe("rollback");
    expect(report.alarms).toEqual([{ kpi: id, at: START + 10.25 * HOUR }]);
  });

  it("takes a call for rehearsed that a dry run of the same tool precedes, and one of the baseline for no breach", () => {
    const call = { name: "delete", schema_ok: true, mutating: true, intent_line: true };
    expect(
      replay(
        once({
          tool_calls: [
            { ...call, dry_run: true },
            { ...call, dry_run: false },
          ],
        }),
      ).report.alarms,
    ).toEqual([]);
    const baseline = record({
      change: ({ arm }, index) => (index === 600 && arm === "baseline" ? { prefix_leakage: true } : {}),
    });
    expect(replay(baseline).report.verdict).toBe("pass");
  });

  it("is a breach also when it comes late", () => {
    const leak = { ...healthy[1], trace_id: "late", prefix_leakage: true };
    const lines = [...healthy.slice(0, 2_000), leak, ...healthy.slice(2_000)];
    const replayed = replay(lines);
    expect(replayed.state.counts.canary.late).toBe(1);
    expect(replayed.report.alarms.map(({ kpi }) => kpi)).toEqual(["prefix_leakage"]);
  });
});

describe("questions and grades", () => {
  it("counts a question once, however often it is asked", () => {
    const repeated = replay(record({ change: (_, index) => ({ query_id: `q-${index % 130}` }) }));
    expect(kpi(repeated, "f1").n).toBe(130);
    expect(kpi(repeated, "oracle_prefilter").n).toBe(130);
    // Latency is no matter of gold.
    expect(kpi(repeated, "p95_latency").n).toBe(48 * 60 - 15);
    expect(repeated.report.verdict).toBe("inconclusive");
    const first = replay(record({ hours: 3, change: (_, index) => ({ query_id: `q-${index}` }) }).slice(0, 260));
    expect(kpi(repeated, "f1").logE).toBe(kpi(first, "f1").logE);
  });

  it("pairs by arrival what has no question's id, and takes each for another question", () => {
    const anonymous = replay(record({ change: () => ({ query_id: undefined }) }));
    expect(kpi(anonymous, "f1").n).toBe(48 * 60);
    expect(anonymous.report.verdict).toBe("pass");
  });

  it("carries who found no partner over one bucket, and no further", () => {
    const later = (minutes: number) =>
      record({
        hours: 6,
        change: ({ arm, at }) => (arm === "canary" ? { at: iso(Date.parse(at) + minutes * 60_000) } : {}),
      }).sort((a, b) => (a.at < b.at ? -1 : 1));
    expect(kpi(replay(later(15)), "f1").n).toBe(360);
    const lost = replay(later(31));
    expect(kpi(lost, "f1").n).toBe(0);
    expect(lost.state.counts.canary.unpaired).toBeGreaterThan(300);
  });

  const ungraded = (every: number, arms: readonly string[]) =>
    record({ change: ({ arm }, index) => (arms.includes(arm) && index % every === 0 ? { scores: null } : {}) });

  it("never passes while the judge fails for 30 %, or for more than 2 points more on one arm", () => {
    const both = record({ change: (_, index) => (index % 10 < 3 ? { scores: undefined } : {}) });
    expect(replay(both).report.verdict).toBe("inconclusive");
    expect(replay(both).report.reasons.join()).toMatch(/30 % of the baseline's answers have no f1/);
    expect(replay(ungraded(25, ["canary"])).report.reasons.join()).toMatch(
      /0 % of the baseline's .* 4 % of the canary's.*2 points/,
    );
    expect(replay(ungraded(25, ["baseline", "canary"])).report.verdict).toBe("pass");
  });

  it("takes traffic that nobody grades for none to grade", () => {
    const live = record({ change: () => ({}) }).flatMap((line) => [
      line,
      { ...line, trace_id: `${line.trace_id}-live`, query_id: undefined, scores: undefined },
    ]);
    expect(replay(live).report.verdict).toBe("pass");
  });
});

describe("lines that can't be used", () => {
  const good = healthy.slice(0, 400);
  const line = { ...good[101], trace_id: "bad" };
  it.each<[string, object | string, RegExp]>([
    ["a negative latency", { ...line, latency_s: -1 }, /latency_s is -1; expected a number from 0/],
    ["a score of 1.2", { ...line, scores: { f1: 1.2 } }, /scores\.f1 is 1\.2; expected a number from 0 to 1/],
    ["a score that is text", { ...line, scores: { f1: "0.5" } }, /scores\.f1 is "0\.5"/],
    ["NaN", JSON.stringify(line).replace(/"latency_s":[\d.]+/, '"latency_s":NaN'), /no JSON/],
    ["half a line", JSON.stringify(line).slice(0, 60), /no JSON/],
    ["a list", "[1]", /expected an object/],
    ["an unknown arm", { ...line, arm: "candidate" }, /arm is "candidate"; expected "baseline" or "canary"/],
    ["no trace id", { ...line, trace_id: "" }, /trace_id is ""/],
    ["31 February", { ...line, at: "2026-02-31T00:00:00Z" }, /at is "2026-02-31T00:00:00Z"; expected a time/],
    ["a time in words", { ...line, at: "yesterday" }, /expected a time/],
    ["a time of last year", { ...line, at: "2025-03-28T00:00:00Z" }, /before the canary began/],
    ["a time of next year", { ...line, at: "2027-03-28T00:00:00Z" }, /7 days or more after/],
    ["a time of tomorrow", { ...line, at: iso(START + 30 * HOUR) }, /in the future/],
    ["more candidates after than before", { ...line, candidates_after_dedup: 50 }, /more than the 40 before/],
    ["a flag that is text", { ...line, prefix_leakage: "no" }, /prefix_leakage is "no"; expected true or false/],
    ["a call without a name", { ...line, tool_calls: [{}] }, /tool_calls\[0\] is no call/],
  ])("%s is refused with its number, and changes nothing", (_, bad, sentence) => {
    const replayed = replay([...good.slice(0, 102), bad, ...good.slice(102)]);
    expect(replayed.refusals).toHaveLength(1);
    expect(replayed.refusals[0]).toMatchObject({ line: 103, sentence: expect.stringMatching(sentence) });
    expect(shown(replayed)).toEqual(shown(replay(good)));
  });

  it("make a pass impossible when they are more than one in twenty", () => {
    const junk = Array.from({ length: Math.ceil(healthy.length / 18) }, () => "{");
    expect(replay([...healthy, ...junk]).report).toMatchObject({ verdict: "inconclusive" });
    expect(replay([...healthy, "{"]).report.verdict).toBe("pass");
  });

  it("are not the first ones only because the others are later", () => {
    const stray = { ...good[0], trace_id: "stray", at: "2025-01-01T00:00:00Z" };
    expect(replay([stray, ...good]).refusals).toMatchObject([{ line: 1, sentence: expect.stringContaining("before") }]);
  });
});

describe("properties", () => {
  const lines = record({ hours: 2, perHour: 40 });
  const expected = shown(replay(lines));

  it("the order of lines within a bucket decides nothing", () => {
    const buckets = [...Map.groupBy(lines, ({ at }) => Math.floor(Date.parse(at) / 900_000)).values()];
    fc.assert(
      fc.property(
        fc.tuple(...buckets.map((bucket) => fc.shuffledSubarray(bucket, { minLength: bucket.length }))),
        (shuffled) => {
          expect(shown(replay(shuffled.flat()))).toEqual(expected);
        },
      ),
      { numRuns: 30 },
    );
  });

  it("duplicates change nothing, wherever they stand, and whatever time they claim", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(159), fc.nat(80)), { maxLength: 30 }), (copies) => {
        const withCopies = lines.flatMap((line, index) => [
          line,
          ...copies
            .filter(([of, by]) => Math.min(159, of + by) === index)
            .map(([of]) => ({ ...lines[of], at: line.at })),
        ]);
        const replayed = replay(withCopies);
        expect(shown(replayed)).toEqual(expected);
        expect(replayed.duplicates).toBe(copies.length);
      }),
      { numRuns: 30 },
    );
  });

  it("the state between two buckets survives being stored as JSON", () => {
    const { state } = replay(lines);
    expect(JSON.parse(JSON.stringify(state))).toEqual(state);
  });

  it("two arms that are drawn alike don't alarm in 40 seeded canaries", () => {
    for (let seed = 1; seed <= 40; seed++) {
      let state = seed;
      const uniform = () => {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
        return state / 2 ** 32;
      };
      const alike = record({
        hours: 8,
        perHour: 40,
        change: () => ({
          latency_s: 1 / (0.1 + uniform()),
          scores: {
            f1: uniform(),
            precision: uniform(),
            oracle_prefilter: uniform() < 0.85 ? 1 : 0,
            reader_used_gold: uniform() < 0.7 ? 1 : 0,
          },
        }),
      });
      expect(replay(alike).report.alarms, `seed ${seed}`).toEqual([]);
    }
  });

  it("a candidate that equals its baseline never alarms, whatever the scores are", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 50, maxLength: 200 }), (scores) => {
        const pairs = record({ hours: 2, perHour: Math.ceil(scores.length / 2) }).map((line) => {
          const index = Number(line.trace_id.split("-")[1]);
          const score = scores[index % scores.length] ?? 0;
          return {
            ...line,
            scores: { f1: score, precision: score, oracle_prefilter: score, reader_used_gold: score },
            latency_s: 1 + score,
            snapshot_breadth: 30,
          };
        });
        expect(replay(pairs).report.alarms).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });
});
