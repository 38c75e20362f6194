import { describe, expect, it } from "vitest";
import { logMcNemar } from "#src/canary/bernoulli-test";
import { DEFAULT_POLICY } from "#src/canary/default-policy";
import { replayCanary } from "#src/canary/replay";
import { HOUR, iso, type Line, record, START, spread, text } from "#test/canary/recording";

const QUARTER = HOUR / 4;
const STAKES = Array.from({ length: 16 }, (_, g) => 0.01 * 90 ** (g / 15));

/** A pair with all that its bets need, and when they are made. */
type Bet = {
  readonly segment: number;
  readonly bar: number | null;
  readonly first: boolean;
  readonly baseline: Line;
  readonly canary: Line;
};

/** The same canary straight from the formulas: everything is kept, sorted and gone through again, as slowly as need be. */
function betsOf(lines: readonly Line[]): Bet[] {
  const buckets = Map.groupBy(lines, ({ at }) => Math.floor(Date.parse(at) / QUARTER));
  const start = Math.min(...buckets.keys());
  const hourOf = (bucket: number) => Math.floor((bucket - start) / 4);
  const armsIn = (hour: number) =>
    new Set(lines.filter(({ at }) => hourOf(Math.floor(Date.parse(at) / QUARTER)) === hour).map(({ arm }) => arm));
  const dataHours = (bucket: number) =>
    Array.from({ length: hourOf(bucket) }, (_, hour) => hour).filter((hour) => armsIn(hour).size === 2).length;
  const asked = new Set<unknown>();
  const bets: Bet[] = [];
  let waiting: { line: Line; bucket: number }[] = [];
  for (const bucket of [...buckets.keys()].sort((a, b) => a - b)) {
    const earlier = lines
      .filter(({ at, arm }) => arm === "baseline" && Date.parse(at) < bucket * QUARTER)
      .map(secondsOf);
    const bar =
      earlier.length === 0
        ? null
        : (earlier.sort((a, b) => (a < b ? -1 : 1))[Math.ceil(0.95 * earlier.length) - 1] ?? null);
    const segment = Math.min(7, Math.floor(dataHours(bucket) / 6));
    waiting = waiting.filter((each) => each.bucket === bucket - 1);
    const fresh = (buckets.get(bucket) ?? []).toSorted(
      (a, b) => Date.parse(a.at) - Date.parse(b.at) || (a.trace_id < b.trace_id ? -1 : 1),
    );
    for (const line of fresh) {
      const partner = waiting.find((each) => each.line.query_id === line.query_id && each.line.arm !== line.arm);
      if (partner === undefined) {
        waiting.push({ line, bucket });
        continue;
      }
      waiting = waiting.filter((each) => each !== partner);
      const [baseline, canary] = line.arm === "canary" ? [partner.line, line] : [line, partner.line];
      const graded = scoreOf(baseline, "f1") !== null && scoreOf(canary, "f1") !== null;
      bets.push({ segment, bar, baseline, canary, first: graded && !asked.has(line.query_id) });
      if (graded) asked.add(line.query_id);
    }
  }
  return bets;
}

const secondsOf = ({ error, latency_s }: Line) => (error === undefined ? Number(latency_s) : Number.POSITIVE_INFINITY);
function scoreOf({ error, scores }: Line, name: string): number | null {
  if (error !== undefined) return 0;
  const found =
    typeof scores === "object" && scores !== null ? Object.entries(scores).find(([key]) => key === name)?.[1] : null;
  return typeof found === "number" ? found : null;
}
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** ln of the mean over the stakes of Π (1 − λ x), by products: for so few pairs they stay within a double. */
const betsOn = (outcomes: readonly number[]) =>
  mean(STAKES.map((stake) => outcomes.reduce((product, x) => product * (1 - stake * x), 1)));
const fromStarts = (bets: readonly Bet[], evidence: (since: readonly Bet[]) => number) =>
  Math.log(mean([0, 1, 2, 3, 4, 5, 6, 7].map((start) => evidence(bets.filter(({ segment }) => segment >= start)))));

describe("a canary with everything that complicates one", () => {
  /** Arms drift apart within a question, fall silent, repeat questions, fail, lack grades, come in no order and out of step. */
  const lines = record({
    hours: 40,
    perHour: 12,
    change: (line, index) => {
      const isCanary = line.arm === "canary";
      const at = Date.parse(line.at) + (isCanary ? spread(index, 1.9) : spread(index, 2.2)) * 17 * 60_000;
      const late = isCanary && index > 300;
      const scores = Object(line.scores);
      return {
        at: iso(Math.round(at)),
        trace_id: `${Math.floor(1e6 * spread(index, isCanary ? 3.3 : 4.1))}-${index}`,
        query_id: `q-${index % 400}`,
        latency_s: Number(line.latency_s) * (late ? 1.5 : 1),
        scores:
          index % 41 === 0 && isCanary
            ? null
            : {
                ...scores,
                f1: Math.max(0, scores.f1 - (late ? 0.1 : 0)),
                oracle_prefilter: spread(index, isCanary ? 5.3 : 6.1) < (late ? 0.7 : 0.85) ? 1 : 0,
              },
        ...(index % 53 === 0 && !isCanary ? { error: "timeout" } : {}),
      };
    },
  })
    .filter(({ at, arm }) => {
      const hour = (Date.parse(at) - START) / HOUR;
      return !(arm === "baseline" && hour > 8 && hour < 13.4) && !(hour > 20.1 && hour < 20.6);
    })
    .sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  const replay = replayCanary(DEFAULT_POLICY, ({ sentence }) => {
    throw new Error(sentence);
  });
  for (const line of text(lines).trim().split("\n")) replay.line(line);
  const { report } = replay.end();
  const kpi = (id: string) => report.kpis.find((each) => each.id === id);
  const bets = betsOf(lines);

  it("is bet on as the formulas say: F1, breach and healthy", () => {
    const scored = bets.filter(({ first }) => first);
    const loss = ({ baseline, canary }: Bet) => (scoreOf(baseline, "f1") ?? 0) - (scoreOf(canary, "f1") ?? 0);
    expect(kpi("f1")?.n).toBe(scored.length);
    expect(kpi("f1")?.logE).toBeCloseTo(
      fromStarts(scored, (since) => betsOn(since.map((bet) => -loss(bet)))),
      10,
    );
    expect(kpi("f1")?.logHealthy).toBeCloseTo(Math.log(betsOn(scored.map((bet) => (loss(bet) - 0.02) / 0.98))), 10);
    // Enough happened for this to mean something: a second segment at least, repeats left out, and evidence.
    expect(new Set(scored.map(({ segment }) => segment)).size).toBeGreaterThan(3);
    expect(scored.length).toBeLessThan(bets.length);
    expect(kpi("f1")?.logE).toBeGreaterThan(1);
  });

  it("is bet on as the formulas say: discordant pairs", () => {
    const scored = bets.filter(({ first }) => first);
    const count = (since: readonly Bet[], sign: number) =>
      since.filter(
        ({ baseline, canary }) =>
          sign * ((scoreOf(baseline, "oracle_prefilter") ?? 0) - (scoreOf(canary, "oracle_prefilter") ?? 0)) > 0,
      ).length;
    const expected = fromStarts(scored, (since) => Math.exp(logMcNemar(count(since, 1), count(since, -1))));
    expect(kpi("oracle_prefilter")?.logE).toBeCloseTo(expected, 10);
  });

  it("is bet on as the formulas say: p95, breach and healthy", () => {
    const timed = bets.flatMap((bet) => (bet.bar === null ? [] : [{ ...bet, bar: bet.bar }]));
    const x = ({ bar, baseline, canary }: (typeof timed)[number], ratio: number) =>
      Number(secondsOf(baseline) > bar) - Number(secondsOf(canary) / ratio > bar);
    expect(kpi("p95_latency")?.n).toBe(timed.length);
    const since = (start: number) => betsOn(timed.filter(({ segment }) => segment >= start).map((bet) => x(bet, 1.15)));
    expect(kpi("p95_latency")?.logE).toBeCloseTo(Math.log(mean([0, 1, 2, 3, 4, 5, 6, 7].map(since))), 10);
    expect(kpi("p95_latency")?.logHealthy).toBeCloseTo(Math.log(betsOn(timed.map((bet) => -x(bet, 1.25)))), 10);
  });
});
