import { noteLate } from "#src/canary/canary-run";
import { bucketEnd } from "#src/canary/clock";
import { closeBucket, latch } from "#src/canary/close-bucket";
import type { Kpi } from "#src/canary/kpi";
import { bucketFigures } from "#src/canary/monitor/bucket-figures";
import { countedPairs } from "#src/canary/monitor/counted-pairs";
import { holdCanary, type KeptCanary, keepBucket, keepCanary, type Worst } from "#src/canary/monitor/kept-canary";
import { keepQuestions, readQuestions } from "#src/canary/monitor/kept-questions";
import { cameLate, inBucket, later, newestOf, nextBucket } from "#src/canary/monitor/stored-events";
import { isLeftOut, lastDue, windowEnd } from "#src/canary/monitor/window";
import { keepWorst, type Standout, worseAnswers, worsePairs } from "#src/canary/monitor/worst-questions";
import type { Observation } from "#src/canary/observation";
import { questionLedger } from "#src/canary/question-ledger";
import type { CanaryWatch } from "#src/canary/watch/state";
import type { Queryable } from "#src/manifest/manifest-records";

/** Whether a bucket may have to be closed, or late ones counted. */
export function isDue({ policy }: CanaryWatch, { state, through, watermark, heard }: KeptCanary): boolean {
  const newest = later(heard.baseline, heard.canary);
  if (newest === null) return false;
  const due = lastDue(newest);
  return due > watermark || Math.min(due, windowEnd(policy, state)) > through;
}

/**
 * Counts who came late and closes the next bucket that is due, in a transaction of the caller's, which sees one moment (REPEATABLE READ).
 * `more`: there may be another one. `elsewhere`: another replica is closing.
 */
export async function closeNext(database: Queryable, canary: CanaryWatch): Promise<"more" | "done" | "elsewhere"> {
  const held = await holdCanary(database, canary.id);
  if (held === null) return "elsewhere";
  const heard = await newestOf(database, canary, held);
  const kept = { ...held, heard };
  const newest = later(heard.baseline, heard.canary);
  if (newest === null || !isDue(canary, kept)) return "done";
  const due = lastDue(newest);
  const late = await countLate(database, canary, kept);
  const { policy } = canary;
  const { state } = kept;
  const next = await nextBucket(database, canary, kept.through, Math.min(due, windowEnd(policy, state)));
  const closed = next === null ? late : await close(database, canary, late, next);
  // What was closed may have brought the window to its end.
  const end = Math.min(due, windowEnd(policy, state));
  const more = next !== null && (await nextBucket(database, canary, next, end)) !== null;
  if (!more && late !== kept && end === windowEnd(policy, state)) latchAtEnd(canary, kept);
  await keepCanary(database, canary.id, {
    ...closed,
    through: more && next !== null ? next : Math.max(kept.through, end),
    watermark: due,
  });
  return more ? "more" : "done";
}

/** Behind the window no closing comes that would see a leak which came late. */
function latchAtEnd({ policy }: CanaryWatch, { state }: KeptCanary): void {
  if (state.closed !== null) latch(policy, state, bucketEnd(state.closed));
}

async function countLate(database: Queryable, canary: CanaryWatch, kept: KeptCanary): Promise<KeptCanary> {
  const { observations, unreadable } = await cameLate(database, canary, kept);
  countUnreadable(kept, unreadable);
  const late = observations.filter(({ at }) => !isLeftOut(canary, at));
  if (late.length === 0) return kept;
  for (const observation of late) noteLate(canary.policy, kept.state, observation);
  const worst = addWorst(canary, kept.worst, (kpi) =>
    kpi.kind === "zero" ? worseAnswers(kpi, late, () => undefined) : [],
  );
  // Nobody is heard by it: an arm of which everything comes too late is as good as silent.
  return { ...kept, worst };
}

/** Each is seen once: in its bucket, or when it came late. */
function countUnreadable({ state }: KeptCanary, came: number): void {
  if (came > 0) state.unreadable = (state.unreadable ?? 0) + came;
}

async function close(database: Queryable, canary: CanaryWatch, kept: KeptCanary, bucket: number): Promise<KeptCanary> {
  const { id, policy } = canary;
  const { state } = kept;
  const found = await inBucket(database, canary, bucket);
  countUnreadable(kept, found.unreadable);
  const observations = found.observations.filter(({ at }) => !isLeftOut(canary, at));
  if (observations.length === 0) return kept;
  const known = new Map(await readQuestions(database, id, questionsOf([...state.carry.observations, ...observations])));
  const ledger = questionLedger(known);
  const pairs = closeBucket(policy, state, ledger, bucket, observations);
  const taken = ledger
    .entries()
    .map(([question, kpis]): [string, number] => [question, kpis & ~(known.get(question) ?? 0)])
    .filter(([, kpis]) => kpis !== 0);
  const fresh = new Map(taken);
  const counted = (kpi: Kpi, place: number) =>
    countedPairs(kpi, pairs, (question) => ((fresh.get(question) ?? 0) & (1 << place)) !== 0);
  const partners = new Map<Observation, Observation>(pairs.map(({ baseline, canary: other }) => [other, baseline]));
  const worst = addWorst(canary, kept.worst, (kpi, place) => [
    ...worsePairs(kpi, counted(kpi, place)),
    ...worseAnswers(kpi, observations, (each) => partners.get(each)),
  ]);
  const figures = bucketFigures(policy, observations, counted);
  await keepBucket(database, id, bucket, { state, observations: observations.length, figures });
  await keepQuestions(database, id, bucket, taken);
  const asked = kept.asked + taken.filter(([question]) => !known.has(question)).length;
  return { ...kept, worst, asked };
}

function addWorst(
  { policy }: CanaryWatch,
  worst: Worst,
  came: (kpi: Kpi, place: number) => readonly Standout[],
): Worst {
  return Object.fromEntries(
    policy.kpis.map((kpi, place) => [kpi.id, keepWorst(worst[kpi.id] ?? [], came(kpi, place))]),
  );
}

const questionsOf = (observations: readonly Observation[]): string[] => [
  ...new Set(observations.flatMap(({ queryId }) => (queryId === null ? [] : [queryId]))),
];
