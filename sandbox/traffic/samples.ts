import type { Sample } from "#sandbox/traffic/ask-service";

export type Arm = "baseline" | "canary";
/** One question, really asked of both arms right after one another. */
export type Asked = { readonly query: string; readonly baseline: Sample; readonly canary: Sample };

/** How often an answer is remembered, the newest: what a question costs is not one measurement. */
const KEPT = 4;

/** What was really measured since the service last began to behave differently. */
export type Samples = {
  readonly of: (query: string) => readonly Asked[];
  add(asked: Asked): void;
  /** Everything measured before is of another service now. */
  forget(): void;
  /** Seconds that answers of the baseline took, all that is remembered. */
  readonly latencies: () => readonly number[];
  /** How many times as long the candidate takes: the median over the questions, each by its fastest answers. 1: nothing is known. */
  readonly slowness: () => number;
};

export function createSamples(): Samples {
  const byQuestion = new Map<string, readonly Asked[]>();
  const all = () => [...byQuestion.values()];
  return {
    of: (query) => byQuestion.get(query) ?? [],
    add(asked) {
      byQuestion.set(asked.query, [...(byQuestion.get(asked.query) ?? []), asked].slice(-KEPT));
    },
    forget: () => byQuestion.clear(),
    latencies: () =>
      all()
        .flat()
        .filter(({ baseline }) => baseline.error === null)
        .map(({ baseline }) => baseline.latencyS),
    slowness() {
      const ratios = all().flatMap((asked) => {
        const whole = asked.filter(({ baseline, canary }) => baseline.error === null && canary.error === null);
        // The fastest: what a busy machine adds says nothing about the arm.
        const fastest = (arm: Arm) => Math.min(...whole.map((each) => each[arm].latencyS));
        return whole.length === 0 ? [] : [fastest("canary") / fastest("baseline")];
      });
      return median(ratios) ?? 1;
    },
  };
}

function median(values: readonly number[]): number | undefined {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
