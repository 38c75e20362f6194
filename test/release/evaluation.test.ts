import { describe, expect, it } from "vitest";
import type { Checklist } from "#src/release/checklist";
import { consequencesOf } from "#src/release/consequences";
import type { EvaluationEnd, EvaluationPlan, ReleaseEvent } from "#src/release/events";
import type { Intent } from "#src/release/intents";
import { viewOf } from "#src/release/view-of";
import {
  append,
  attempt,
  beginning,
  checklist,
  dan,
  factsOf,
  finish,
  finishAll,
  freeze,
  guest,
  HOUR,
  later,
  members,
  omar,
  play,
  policy,
  refusalOf,
  releaseOf,
  result,
  rosa,
  type Story,
  sign,
  start,
} from "#test/release/world";

const withFloors: Checklist = {
  ...checklist,
  checks: [
    ...checklist.checks,
    { id: "floors", title: "Quality floors", version: 1, freshForMs: 24 * HOUR, waivable: true, restsOn: "evaluation" },
  ],
  signOffs: checklist.signOffs.map((one) =>
    one.id === "go-ahead" ? { ...one, covers: [...one.covers, "floors"] } : one,
  ),
};
const plan: EvaluationPlan = { trials: 60, calls: 300, seconds: 2_500, dollars: 0.9 };
const ENDED: EvaluationEnd = {
  outcome: "finished",
  reason: null,
  trials: 60,
  graded: 58,
  refusals: 2,
  ungraded: 0,
  failed: 0,
};
const begin = (evaluation = "ev1", manifest = "m1"): Intent => ({
  type: "start-evaluation",
  manifest,
  evaluation,
  plan,
});
const end = (evaluation: string | null = "ev1", manifest = "m1", change: Partial<EvaluationEnd> = {}): Intent => ({
  type: "end-evaluation",
  manifest,
  evaluation,
  end: { ...ENDED, ...change },
  known: false,
});
const stop = (actor = rosa): Intent => ({ type: "stop-evaluation", actor, members });

const started = play(beginning, start({ checklist: withFloors }));
const frozen = play(started, freeze("m1"));
const evaluating = play(frozen, begin());
const gatesGreen = ["prefix-leakage", "backup", "previous-run-intact"].reduce(
  (story, id) => play(story, finish(story, id, result("pass"))),
  evaluating,
);
const evaluated = play(gatesGreen, end());
const green = play(evaluated, finish(evaluated, "floors", { ...result("pass"), measuredAt: evaluated.now }));
const floors = (story: Story) => releaseOf(story).checks.floors;
const viewed = (story: Story) => viewOf(story.service, releaseOf(story), story.now);

describe("a release with checks that rest on an evaluation", () => {
  it("asks for it with the manifest, and for those checks only when it has ended", () => {
    expect(factsOf(started, freeze("m1"))).toEqual([
      "manifest-frozen",
      "check-requested",
      "check-requested",
      "check-requested",
      "evaluation-requested",
    ]);
    expect(floors(gatesGreen)).toMatchObject({ status: "awaiting", attempt: 0 });
    expect(factsOf(gatesGreen, end())).toEqual(["evaluation-ended", "check-requested"]);
    expect(floors(evaluated)).toMatchObject({ status: "pending", attempt: 1 });
  });

  it("lets people sign what doesn't rest on it meanwhile, and stays closed", () => {
    expect(viewed(gatesGreen).signOffs.map(({ definition, status }) => [definition.id, status])).toEqual([
      ["data-quality", "waiting"],
      ["go-ahead", "waiting-for-evidence"],
      ["team-notified", "waiting"],
    ]);
    expect(releaseOf(gatesGreen).asked).toContain("data-quality");
    expect(factsOf(gatesGreen, sign(dan, "data-quality"))).toEqual(["signed"]);
    expect(viewed(gatesGreen)).toMatchObject({ phase: "checking" });
    expect(viewed(gatesGreen).blockers).toContainEqual({
      kind: "check-pending",
      id: "floors",
      text: "floors: waits for the evaluation",
    });
    expect(viewed(green).phase).toBe("signing");
  });

  it("tells its beginning and its end once, whatever is repeated", () => {
    expect(factsOf(evaluating, begin())).toEqual([]);
    expect(factsOf(evaluated, end())).toEqual([]);
    expect(factsOf(evaluated, begin())).toEqual([]);
    expect(factsOf(evaluating, end("ev-other"))).toEqual([]);
  });

  it("begins anew for another manifest: what the old one found, or still finds, no longer counts", () => {
    const { decision, story } = attempt(green, freeze("m2"));
    expect(decision.events.map(({ event }) => event.type)).toContain("evaluation-requested");
    expect(floors(story)).toMatchObject({ status: "awaiting" });
    expect(viewed(story).checks.find(({ definition }) => definition.id === "floors")?.status).toBe("pending");
    expect(factsOf(story, begin("ev1", "m1"))).toEqual([]);
    expect(factsOf(story, end("ev1", "m1"))).toEqual([]);
    // A worker that was still looking at the old evaluation brings nothing in either.
    const asked = play(gatesGreen, end());
    const moved = play(asked, freeze("m2"));
    expect(factsOf(moved, { type: "finish-check", check: "floors", attempt: 1, result: result("pass") })).toEqual([]);
  });

  it("stops paying for the one that is under way when another manifest is frozen, or the release is given up", () => {
    const job = (story: Story, intent: Intent) => {
      const { decision, story: next } = attempt(story, intent);
      const from = releaseOf(story).version;
      const recorded = decision.events.flatMap((each, index) =>
        each.to === "release" ? [{ ...each, at: story.now, version: from + index + 1 }] : [],
      );
      return consequencesOf(story.release, releaseOf(next), recorded).jobs.filter(({ queue }) => /evaluat/.test(queue));
    };
    const about = { service: "docs", release: "r1" };
    expect(job(started, freeze("m1"))).toMatchObject([{ queue: "evaluate", data: { ...about, manifest: "m1" } }]);
    expect(job(evaluating, freeze("m2"))).toMatchObject([
      { queue: "stop-evaluation", data: { ...about, manifest: "m1", evaluation: "ev1" } },
      { queue: "evaluate", data: { ...about, manifest: "m2" } },
    ]);
    const cancel: Intent = { type: "cancel", actor: rosa, members, reason: "not today" };
    expect(job(evaluating, cancel)).toMatchObject([{ queue: "stop-evaluation", data: { evaluation: "ev1" } }]);
    expect(job(evaluated, cancel)).toEqual([]);
  });

  it("can be given up by whoever may cancel; then the check runs and says what that means", () => {
    expect(refusalOf(evaluating, stop(guest)).kind).toBe("not-a-member");
    expect(refusalOf(evaluating, stop(omar)).kind).toBe("no-right");
    const stopping = play(evaluating, stop());
    expect(releaseOf(stopping).evaluation).toMatchObject({ status: "stopping", run: "ev1" });
    expect(factsOf(stopping, stop())).toEqual([]);
    const change = { outcome: "cancelled", reason: "It was stopped." } as const;
    expect(factsOf(stopping, end("ev1", "m1", change))).toEqual(["evaluation-ended", "check-requested"]);
    expect(refusalOf(evaluated, stop()).kind).toBe("too-late");
  });

  it("never begins when it was stopped before, and says so to a late process", () => {
    const stopping = play(frozen, stop());
    expect(factsOf(stopping, begin())).toEqual([]);
    expect(factsOf(stopping, end(null))).toEqual(["evaluation-ended", "check-requested"]);
  });

  it("is renewed before it ages out, with the old evidence standing until then", () => {
    const asked = play(green, { type: "refresh-check", check: "floors" });
    expect(releaseOf(asked).evaluation).toMatchObject({ status: "requested", manifest: "m1", run: null });
    expect(floors(asked)).toMatchObject({ status: "finished" });
    expect(factsOf(asked, { type: "refresh-check", check: "floors" })).toEqual([]);
    expect(viewed(asked).phase).toBe("signing");
  });

  it("keeps what was found before when its renewal is stopped, while that is fresh", () => {
    const cancelled = { outcome: "cancelled", reason: "It was stopped." } as const;
    const renewing = play(green, { type: "refresh-check", check: "floors" }, begin("ev2"), stop());
    expect(factsOf(renewing, end("ev2", "m1", cancelled))).toEqual(["evaluation-ended"]);
    const kept = play(renewing, end("ev2", "m1", cancelled));
    expect(floors(kept)).toMatchObject({ status: "finished", attempt: 1 });
    expect(viewed(kept).phase).toBe("signing");
    expect(factsOf(later(renewing, 25 * HOUR), end("ev2", "m1", cancelled))).toEqual([
      "evaluation-ended",
      "check-requested",
    ]);
  });

  it("waits with its checks for a cutover to be over, and has them run when it was called off", () => {
    const renewing = play(green, { type: "refresh-check", check: "floors" }, begin("ev2"));
    const cutting = append(renewing, [
      { to: "release", stream: "release/r1", by: rosa, event: { type: "cutover-requested", members } },
    ]);
    expect(factsOf(cutting, end("ev2"))).toEqual(["evaluation-ended"]);
    const called: Intent = { type: "stop-cutover", because: "the store is away" };
    expect(factsOf(cutting, called)).toEqual(["cutover-stopped"]);
    expect(factsOf(play(later(cutting, 1), end("ev2")), called)).toEqual(["cutover-stopped", "check-requested"]);
  });

  it("counts the evidence's age from when it was measured", () => {
    const known = play(gatesGreen, end());
    const measuredAt = known.now - 23 * HOUR;
    const looked = play(known, finish(known, "floors", { ...result("pass"), measuredAt }));
    expect(floors(looked)?.freshUntil).toBe(measuredAt + 24 * HOUR);
    const status = (story: Story) => viewed(story).checks.find(({ definition }) => definition.id === "floors")?.status;
    expect(status(looked)).toBe("pass");
    expect(status(later(looked, 2 * HOUR))).toBe("stale");
  });

  it("is asked for by whoever reruns one of its checks, once for all of them", () => {
    const rerun = (check: string): Intent => ({ type: "request-check", actor: rosa, members, check });
    expect(factsOf(green, rerun("floors"))).toEqual(["evaluation-requested"]);
    expect(factsOf(play(green, rerun("floors")), rerun("all"))).toEqual([
      "check-requested",
      "check-requested",
      "check-requested",
    ]);
    expect(factsOf(evaluating, rerun("floors"))).toEqual([]);
  });

  it("wants none where its checks are declared not to apply: they run at once, and say so", () => {
    const declared: Checklist = {
      ...withFloors,
      checks: withFloors.checks.map((check) =>
        check.id === "floors" ? { ...check, notApplicable: "no gold questions exist" } : check,
      ),
    };
    const story = play(beginning, start({ checklist: declared }));
    expect(factsOf(story, freeze("m1"))).not.toContain("evaluation-requested");
    expect(factsOf(story, freeze("m1")).filter((type) => type === "check-requested")).toHaveLength(4);
    const turned = attempt(frozen, { type: "change-policy", checklist: declared, policy, members });
    expect(turned.decision.events.map(({ event }) => event.type)).toContain("check-requested");
  });

  it("folds an old journal, in which there are no evaluations, as before", () => {
    const old = finishAll(play(play(beginning, start()), freeze("m1")));
    expect(releaseOf(old).evaluation).toBeNull();
    const stray: ReleaseEvent = { type: "evaluation-stopped", evaluation: null };
    const told = append(old, [{ to: "release", stream: "release/r1", by: rosa, event: stray }]);
    expect(releaseOf(told).evaluation).toBeNull();
  });
});
