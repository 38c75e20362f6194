import { expect, it } from "vitest";
import type { RunRecord } from "#src/evaluation/run/run-record";
import { answersWish } from "#src/gates/answers-wish";
import type { Checklist } from "#src/release/checklist";
import type { Verdict } from "#src/release/events";
import type { Intent } from "#src/release/intents";
import { plan } from "#test/evaluation-run/records";
import * as w from "#test/release/world";

const RESTING = ["evaluation-floors", "evaluation-baseline"];
const resting: Checklist = {
  ...w.checklist,
  checks: [
    ...w.checklist.checks,
    ...RESTING.map((id) => ({
      id,
      title: id,
      version: 1,
      freshForMs: w.HOUR,
      waivable: true,
      restsOn: "evaluation" as const,
    })),
  ],
};
const run = (id: string, missing = 0): RunRecord => ({
  id,
  plan: plan([]),
  state: "finished",
  reason: null,
  counts: { planned: 60, answered: 60, graded: 60 - missing, refusals: 0, ungraded: missing, failed: 0 },
  startedAt: 0,
  endedAt: 1,
});
const ended = (evaluation: string, outcome: "finished" | "cancelled" = "finished"): Intent => ({
  type: "end-evaluation",
  manifest: "m1",
  evaluation,
  end: { outcome, reason: null, trials: 60, graded: 60, refusals: 0, ungraded: 0, failed: 0 },
  known: false,
});
const ask: Intent = { type: "request-check", actor: w.rosa, members: w.members, check: "evaluation-floors" };

/** A release whose evaluation `ev1` said this. */
function evaluated(floors: Verdict, baseline: Verdict): w.Story {
  const story = w.play(w.beginning, w.start({ checklist: resting }), w.freeze("m1"), ended("ev1"));
  const found = w.play(story, w.finish(story, "evaluation-floors", w.result(floors)));
  return w.play(found, w.finish(found, "evaluation-baseline", w.result(baseline)));
}
const answers = (story: w.Story, of: RunRecord): boolean => answersWish(w.releaseOf(story), of);

it("an evaluation that was there answers a new manifest, and evidence that ages", () => {
  expect(answers(w.play(w.beginning, w.start({ checklist: resting }), w.freeze("m1")), run("ev1", 30))).toBe(true);
  const aging: Intent = { type: "refresh-check", check: "evaluation-floors" };
  expect(answers(w.play(evaluated("pass", "pass"), aging), run("ev1"))).toBe(true);
});

it.each([
  ["only the comparison was against it", "pass", "inconclusive", 0, true],
  ["nothing was against it", "pass", "pass", 0, true],
  ["a floor was missed", "fail", "pass", 0, false],
  ["a floor could not be judged", "inconclusive", "inconclusive", 0, false],
  ["too many cases lack a score", "pass", "inconclusive", 4, false],
] as const)("asked for anew, the last one when %s: it is read again: %#", (_, floors, baseline, missing, said) => {
  expect(answers(w.play(evaluated(floors, baseline), ask), run("ev1", missing))).toBe(said);
});

it("asked for anew, a newer one than the last is read", () => {
  expect(answers(w.play(evaluated("fail", "fail"), ask), run("ev2", 4))).toBe(true);
});

it("one that was stopped is not the last: asking again measures", () => {
  const stopped = w.play(evaluated("fail", "fail"), ask, ended("ev2", "cancelled"), ask);
  expect(w.releaseOf(stopped).evaluation?.because).toBe("asked");
  expect(answers(stopped, run("ev1"))).toBe(false);
});
