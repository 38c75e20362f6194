import { createAggregate } from "#src/evaluation/metrics/aggregate";
import { metricValues, scoreJudgement } from "#src/evaluation/metrics/score-judgement";
import { judgeScores, type Scorer } from "#src/operations/smoke/judge-scores";
import { KNOWN_MEANS, KNOWN_SCORES } from "#src/operations/smoke/known-scores";
import type { SuiteFinding } from "#src/operations/smoke/suites";
import { type Checks, type Found, notApplicable } from "#src/operations/smoke/work/check";
import { lookAtMetrics } from "#src/operations/smoke/work/metrics-endpoint";

export type TrailHead = { readonly position: number; readonly hash: string };

/** What became of the audit trail: `rows` that were read, from `since` on (null: from the beginning). */
export type TrailReport = {
  readonly ok: boolean;
  readonly rows: number;
  readonly since: number | null;
  readonly head: TrailHead | null;
  /** Sentences, the first problems first. */
  readonly problems: readonly string[];
};

export type MetaOpsDeps = {
  /** As this Golive scores; a test brings one that errs. */
  readonly scorer?: Scorer;
  /** `anchor`: the head that the last green run found; the trail has to lead through it. */
  readonly trail: (anchor: TrailHead | null) => Promise<TrailReport>;
  readonly anchor: TrailHead | null;
  /** Where /metrics of a bot answers; null: nobody here knows. */
  readonly metricsUrl: string | null;
  readonly signal: AbortSignal;
};

const OWN_SCORER: Scorer = {
  score: (judgement) => metricValues(scoreJudgement(judgement)),
  means(judgements) {
    const aggregate = createAggregate();
    for (const judgement of judgements) aggregate.add(scoreJudgement(judgement));
    return Object.fromEntries(aggregate.means().map(({ metric, percent }) => [metric, percent]));
  },
};

/** Whether what Golive says of itself can be relied on: its figures, its audit trail, its metrics. */
export async function metaOps(deps: MetaOpsDeps, checks: Checks): Promise<SuiteFinding> {
  const { scorer = OWN_SCORER, trail, anchor, metricsUrl, signal } = deps;
  await checks.run("scores", async () => judgeScores(scorer, KNOWN_SCORES, KNOWN_MEANS));
  let head: TrailHead | null = null;
  await checks.run("audit-trail", async () => {
    const report = await trail(anchor);
    if (report.ok) head = report.head;
    return judgeTrail(report);
  });
  if (metricsUrl === null) {
    checks.add(
      notApplicable("metrics", "No bot's port is known here: name it with --metrics-url, or set METRICS_PORT."),
    );
  } else await checks.run("metrics", () => lookAtMetrics(metricsUrl, signal));
  const found = heldHead(head);
  return { checks: checks.list, facts: found === null ? {} : { position: found.position, hash: found.hash } };
}

function judgeTrail({ ok, rows, since, problems }: TrailReport): Found {
  const of = `${rows.toLocaleString("en-US")} rows${since === null ? "" : ` after row ${since.toLocaleString("en-US")}, where the last green run ended`}`;
  if (ok) return { verdict: "pass", summary: `The audit trail is intact: ${of}.` };
  return {
    verdict: "fail",
    summary: `The audit trail is BROKEN: ${problems.length} problem${problems.length === 1 ? "" : "s"} in ${of}.`,
    next: "Keep a copy of the database as it is, find out who had the owner's rights, and run golive audit verify.",
    cases: problems.map((says, at) => ({ id: `problem ${at + 1}`, question: "", says, before: null, now: null })),
  };
}

/** Read back after a callback set it: the compiler can't see that it did. */
const heldHead = (head: TrailHead | null): TrailHead | null => head;
