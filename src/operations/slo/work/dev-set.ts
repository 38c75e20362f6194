import type { Comparison } from "#src/evaluation/compare/compare-runs";
import type { RunRecord } from "#src/evaluation/run/run-record";
import type { Finding } from "#src/operations/slo/inputs";
import { notLooked } from "#src/operations/slo/work/findings";
import type { Pair } from "#src/release/events";

export type DevSetDeps = {
  readonly runs: (service: string) => Promise<readonly RunRecord[]>;
  /** What it is compared with, by its id and a way to do it; null: there is nothing. */
  readonly against: (
    record: RunRecord,
  ) => Promise<{ readonly id: string; readonly compare: () => Promise<Comparison | null> } | null>;
};

/**
 * The newest whole evaluation of what is live, ended since `since`, beside its baseline, case by case: "not worse" as the go-live's own check
 * means it (docs/evaluation.md), latency aside. A comparison is made once; the same two runs always come to the same.
 */
export function createDevSet(deps: DevSetDeps) {
  const known = new Map<string, Finding>();
  return async (service: string, live: Pair | null, since: number): Promise<Finding> => {
    if (live === null) return notLooked("Nothing is live yet.");
    const newest = (await deps.runs(service)).find(
      ({ plan, state, endedAt }) =>
        state === "finished" &&
        endedAt !== null &&
        endedAt >= since &&
        plan.sample === null &&
        plan.pair.run === live.run &&
        plan.pair.config === live.config,
    );
    if (newest === undefined) return notLooked("No whole evaluation of what is live has ended in this window.");
    const other = await deps.against(newest);
    if (other === null) return notLooked(`Evaluation ${newest.id} has no baseline to be compared with.`);
    const name = `${newest.id}/${other.id}`;
    const before = known.get(name);
    if (before !== undefined) return before;
    const finding = findingOf(newest.id, other.id, await other.compare());
    known.set(name, finding);
    return finding;
  };
}

function findingOf(run: string, other: string, comparison: Comparison | null): Finding {
  if (comparison === null) return notLooked(`Evaluations ${run} and ${other} could not be compared.`);
  if (!comparison.comparable) return notLooked(comparison.why.sentence);
  const { answers, differences, caveats } = comparison;
  const held = differences.filter(({ standing }) => standing !== null);
  const worse = held.filter(({ standing }) => standing === "breach").map(({ measure }) => measure);
  const open = held
    .filter(({ standing }) => standing !== "breach" && standing !== "healthy")
    .map(({ measure }) => measure);
  const says =
    worse.length > 0
      ? `proven worse: ${worse.join(", ")}`
      : answers === "pass"
        ? "nothing is worse by more than its tolerance"
        : (caveats[0]?.sentence ?? `not decided: ${open.join(", ")}`);
  return {
    verdict: answers,
    says: `Evaluation ${run} beside ${other}: ${says}.`.replace(/\.\.$/, "."),
    events: Math.max(0, ...held.map(({ n }) => n)),
    bad: worse.length,
  };
}
