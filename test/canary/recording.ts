/** Lines of a recorded canary, for tests: deterministic, in the order of time. Fields that a test means are overwritten by it. */
export type Line = Readonly<Record<string, unknown>> & {
  readonly at: string;
  readonly arm: "baseline" | "canary";
  readonly trace_id: string;
};

export const START = Date.UTC(2026, 2, 28);
export const HOUR = 3_600_000;
export const iso = (at: number): string => new Date(at).toISOString();

/** Evenly spread numbers in [0, 1) that look like chance and are none: the fractions of multiples of a golden ratio. */
export const spread = (index: number, salt = 1): number => {
  const value = (index + 1) * 0.6180339887498949 * salt + index * index * 0.000_123 * salt;
  return value - Math.floor(value);
};

export type Shape = {
  readonly hours?: number;
  /** Questions an hour, each asked of both arms. */
  readonly perHour?: number;
  /** What else stands in a line, or instead. `index` counts pairs. */
  readonly change?: (line: Line, index: number) => object;
};

/** A healthy canary: every question once, both arms alike but for chance, every field there. */
export function record({ hours = 48, perHour = 60, change = () => ({}) }: Shape = {}): Line[] {
  const pairs = hours * perHour;
  return Array.from({ length: pairs }, (_, index) => {
    const at = START + ((index + 0.25) / perHour) * HOUR;
    return (["baseline", "canary"] as const).map((arm, place) => {
      const line = healthyLine(index, arm, at + place * 1_000);
      return { ...line, ...change(line, index) };
    });
  }).flat();
}

function healthyLine(index: number, arm: "baseline" | "canary", at: number): Line {
  const salt = arm === "baseline" ? 1 : 1.7;
  // What makes a question hard is the same for both.
  const level = 0.35 + 0.5 * spread(index, 3.1);
  const f1 = Math.min(1, Math.max(0, level + 0.1 * (spread(index, salt) - 0.5)));
  return {
    at: iso(at),
    arm,
    trace_id: `${arm}-${index}`,
    query_id: `q-${index}`,
    latency_s: Math.round(100 * (1 + 3 * spread(index, salt * 1.3) ** 4)) / 100,
    scores: {
      f1,
      precision: f1,
      recall: f1,
      oracle_prefilter: spread(index, 2.3) < 0.9 ? 1 : 0,
      reader_used_gold: spread(index, 2.9) < 0.8 ? 1 : 0,
    },
    budget_violation: false,
    prefix_leakage: false,
    candidates_before_dedup: 40,
    candidates_after_dedup: 28 + (index % 5),
    snapshot_breadth: 30 + Math.floor(20 * spread(index, salt)),
    tool_calls: [{ name: "search", schema_ok: index % 100 !== 7, mutating: false, dry_run: false, intent_line: true }],
  };
}

/** Scores of a line with something taken off f1 and precision. */
export function worse(line: Line, points: number): object {
  const scores = line.scores as Readonly<Record<string, number>>;
  const less = (value = 0) => Math.max(0, value - points);
  return { scores: { ...scores, f1: less(scores.f1), precision: less(scores.precision) } };
}

export const text = (lines: readonly object[]): string => lines.map((line) => `${JSON.stringify(line)}\n`).join("");
