import { describe, expect, it } from "vitest";
import { consequencesOf } from "#src/release/consequences";
import type { Intent } from "#src/release/intents";
import * as w from "#test/release/world";

/** What follows from one accepted intent. */
const follow = (story: w.Story, intent: Intent) => {
  const { story: next } = w.attempt(story, intent);
  return consequencesOf(story.release, next.release, next.journal.slice(story.journal.length));
};
const notes = (story: w.Story, intent: Intent) => follow(story, intent).posts.map(({ note }) => note);

describe("what follows from facts", () => {
  it("a start freezes the manifest, and the manifest runs every check", () => {
    expect(follow(w.beginning, w.start())).toMatchObject({
      jobs: [{ queue: "freeze-manifest", cause: "release/r1/1", data: { service: "docs", release: "r1" } }],
      repaint: ["r1"],
      posts: [{ to: { kind: "thread", subject: "r1" }, note: { kind: "started", by: w.rosa, toSign: 4 } }],
    });
    expect(follow(w.started, w.freeze("m1")).jobs.map(({ queue, data }) => [queue, data.check, data.attempt])).toEqual([
      ["run-check", "prefix-leakage", 1],
      ["run-check", "backup", 1],
      ["run-check", "previous-run-intact", 1],
    ]);
  });

  it("a frozen manifest is told and attached; one that changed says from which, one that comes back is not attached again", () => {
    const file = (hash: string) => ({
      key: `release/r1/manifest-file/${hash}`,
      note: { kind: "manifest-file", release: "r1", hash },
    });
    expect(follow(w.started, w.freeze("m1")).posts).toMatchObject([
      { note: { kind: "manifest-frozen", hash: "m1" } },
      file("m1"),
    ]);
    const first = w.play(w.started, w.freeze("m1"));
    const changed = { kind: "manifest-changed", from: "m1", hash: "m2" };
    expect(follow(first, w.freeze("m2")).posts).toMatchObject([{ note: changed }, file("m2")]);
    // The same key as at first: its row is there already.
    expect(follow(w.play(first, w.freeze("m2")), w.freeze("m1")).posts[1]).toMatchObject(file("m1"));
  });

  it("a cutover flips under an id of its own for each attempt", () => {
    const [job] = follow(w.ready, w.cutOver(w.rosa)).jobs;
    expect(job).toMatchObject({ queue: "cut-over", data: { service: "docs", release: "r1" } });
    const again = w.play(w.ready, w.cutOver(w.rosa), w.intendFlip("f1"), {
      type: "settle-flip",
      flip: "f1",
      outcome: "cancelled",
      live: w.runA,
    });
    expect(follow(again, w.cutOver(w.rosa)).jobs[0]?.data.flip).not.toBe(job?.data.flip);
  });

  it("a failure is told at once, passes once when the last check is in", () => {
    const frozen = w.play(w.started, w.freeze("m1"));
    const failing = w.finish(frozen, "backup", w.result("fail", "0 tables"));
    expect(notes(frozen, failing)).toMatchObject([{ kind: "check-failed", check: "backup", summary: "0 tables" }]);
    const one = w.play(frozen, failing);
    expect(notes(one, w.finish(one, "prefix-leakage", w.result("pass")))).toEqual([]);
    const two = w.play(one, w.finish(one, "prefix-leakage", w.result("pass")));
    expect(notes(two, w.finish(two, "previous-run-intact", w.result("pass")))).toMatchObject([
      {
        kind: "checks-passed",
        passed: [{ check: "prefix-leakage" }, { check: "previous-run-intact" }],
        green: 2,
        total: 3,
      },
      { kind: "signatures-asked" },
    ]);
  });

  it("those who have to sign are asked once, all in one note, when the round that opens their gates is over", () => {
    const frozen = w.play(w.started, w.freeze("m1"));
    const last = ["prefix-leakage", "backup"].reduce(
      (story, check) => w.play(story, w.finish(story, check, w.result("pass"))),
      frozen,
    );
    expect(notes(frozen, w.finish(frozen, "prefix-leakage", w.result("pass")))).toEqual([]);
    const told = notes(last, w.finish(last, "previous-run-intact", w.result("pass")));
    expect(told.filter(({ kind }) => kind === "signatures-asked")).toEqual([
      {
        kind: "signatures-asked",
        asks: [
          { signOff: "data-quality", title: "Data quality", missing: 1, who: [w.dan, w.mei] },
          { signOff: "go-ahead", title: "Go-ahead", missing: 2, who: [w.ines, w.tom] },
          { signOff: "team-notified", title: "Team notified", missing: 1, who: [w.omar, w.ines] },
        ],
      },
    ]);
    const again = w.play(w.green, { type: "refresh-check", check: "backup" });
    expect(notes(again, w.finish(again, "backup", w.result("pass")))).toEqual([]);
  });

  it("what a failure holds back is asked when it is repaired or waived, and nobody is asked again for the rest", () => {
    const frozen = w.play(w.started, w.freeze("m1"));
    const others = ["prefix-leakage", "previous-run-intact"].reduce(
      (story, check) => w.play(story, w.finish(story, check, w.result("pass"))),
      frozen,
    );
    const failing = w.finish(others, "backup", w.result("fail"));
    expect(notes(others, failing)).toMatchObject([
      { kind: "check-failed" },
      { kind: "checks-passed" },
      { kind: "signatures-asked", asks: [{ signOff: "data-quality" }, { signOff: "team-notified" }] },
    ]);
    const failed = w.play(others, failing);
    const asked = w.play(failed, { type: "refresh-check", check: "backup" });
    expect(notes(asked, w.finish(asked, "backup", w.result("pass")))).toMatchObject([
      { kind: "checks-passed" },
      { kind: "signatures-asked", asks: [{ signOff: "go-ahead" }] },
    ]);
  });

  it("a signature that was taken back, or voided with its evidence, is asked for again after the next round", () => {
    const back = w.play(w.ready, { type: "withdraw", actor: w.dan, signOff: "data-quality" });
    const asked = w.play(back, { type: "refresh-check", check: "backup" });
    expect(notes(asked, w.finish(asked, "backup", w.result("pass")))).toMatchObject([
      { kind: "signatures-asked", asks: [{ signOff: "data-quality", who: [w.dan, w.mei] }] },
    ]);
    const failed = w.rerun(w.ready, "prefix-leakage", w.result("fail"));
    const repaired = w.play(failed, { type: "refresh-check", check: "prefix-leakage" });
    const told = notes(repaired, w.finish(repaired, "prefix-leakage", w.result("pass")));
    expect(told).toMatchObject([
      { kind: "checks-passed" },
      { kind: "signatures-asked", asks: [{ signOff: "data-quality" }, { signOff: "go-ahead", missing: 2 }] },
    ]);
  });

  it("what is declared not to apply is told as that, apart from what passes", () => {
    const [first, ...others] = w.checklist.checks;
    if (first === undefined) throw new Error("the checklist lost its checks");
    const checks = [{ ...first, notApplicable: "no prefix here" }, ...others];
    const story = w.play(w.beginning, w.start({ checklist: { ...w.checklist, checks } }), w.freeze("m1"));
    const two = ["backup", "prefix-leakage"].reduce((at, id) => w.play(at, w.finish(at, id, w.result("pass"))), story);
    expect(notes(two, w.finish(two, "previous-run-intact", w.result("pass")))).toMatchObject([
      {
        passed: [{ check: "backup" }, { check: "previous-run-intact" }],
        notApplicable: [{ check: "prefix-leakage", summary: "no prefix here" }],
        green: 3,
      },
      { kind: "signatures-asked" },
    ]);
  });

  it("a refresh that finds the same again is no news, one that finds a repair is", () => {
    const asked = w.play(w.green, { type: "refresh-check", check: "backup" });
    expect(notes(asked, w.finish(asked, "backup", w.result("pass")))).toEqual([]);
    const failed = w.rerun(w.green, "backup", w.result("fail"));
    const again = w.play(failed, { type: "refresh-check", check: "backup" });
    expect(notes(again, w.finish(again, "backup", w.result("pass")))).toMatchObject([
      { kind: "checks-passed", passed: [{ check: "backup" }], green: 3 },
    ]);
    expect(notes(again, w.finish(again, "backup", w.result("pass")))).toHaveLength(1);
  });

  it("a failure that Golive finds again on its own is no news; asked for by a person, or another one, it is", () => {
    const failed = w.rerun(w.green, "backup", w.result("fail"));
    const refreshed = w.play(failed, { type: "refresh-check", check: "backup" });
    expect(notes(refreshed, w.finish(refreshed, "backup", w.result("fail")))).toEqual([]);
    expect(notes(refreshed, w.finish(refreshed, "backup", w.result("error")))).toMatchObject([{ verdict: "error" }]);
    const request: Intent = { type: "request-check", actor: w.rosa, members: w.members, check: "backup" };
    const asked = w.play(failed, request);
    expect(notes(asked, w.finish(asked, "backup", w.result("fail")))).toMatchObject([{ kind: "check-failed" }]);
  });

  it("all that one decision voids is one note, asking only those who must sign again", () => {
    const asked = w.play(w.ready, { type: "refresh-check", check: "prefix-leakage" });
    const told = notes(asked, w.finish(asked, "prefix-leakage", w.result("fail")));
    expect(told.map(({ kind }) => kind)).toEqual(["check-failed", "voided"]);
    expect(told[1]).toMatchObject({
      voids: [
        { signOff: "data-quality", again: [w.dan] },
        { signOff: "go-ahead", person: w.ines, again: [w.ines] },
        { signOff: "go-ahead", person: w.tom, again: [w.tom] },
      ],
    });
    const members = { ...w.members, "data-lead": [w.mei] };
    expect(notes(w.ready, { type: "refresh-members", members })).toMatchObject([{ voids: [{ again: [w.mei] }] }]);
  });

  it("what people do is told with who and what is missing", () => {
    expect(notes(w.green, w.sign(w.ines, "go-ahead"))).toEqual([
      { kind: "signed", signOff: "go-ahead", title: "Go-ahead", by: w.ines, missing: 1 },
    ]);
    expect(notes(w.ready, { type: "withdraw", actor: w.tom, signOff: "go-ahead" })).toMatchObject([
      { kind: "withdrawn" },
    ]);
    const vetoed = w.play(w.ready, {
      type: "veto",
      actor: w.mei,
      members: w.members,
      signOff: "data-quality",
      reason: "no",
    });
    const reason = "customers are down now";
    expect(
      notes(vetoed, { type: "break-glass", actor: w.omar, members: w.members, signOff: "data-quality", reason }),
    ).toMatchObject([{ kind: "glass-broken", loud: true, people: [w.omar], vetoers: [w.mei], reason }]);
  });

  it("going live says what is live now and what was before, and who did it", () => {
    const flipping = w.play(w.ready, w.cutOver(w.tom), w.intendFlip("f1"));
    const flipped: Intent = { type: "settle-flip", flip: "f1", outcome: "flipped", live: w.runB };
    expect(notes(flipping, flipped)).toEqual([{ kind: "live", live: w.runB, before: w.runA, by: w.tom }]);
    expect(notes(flipping, { ...flipped, type: "settle-flip", outcome: "refused" })).toMatchObject([
      { kind: "failed" },
    ]);
  });

  it("a lost channel is told to the requester directly as well", () => {
    expect(follow(w.ready, { type: "pause", because: "bot-removed" }).posts.map(({ to }) => to)).toEqual([
      { kind: "thread", subject: "r1" },
      { kind: "person", user: "U-ROSA" },
    ]);
  });

  it("keys are the same when the same facts are seen again, and differ between facts", () => {
    const asked = w.play(w.ready, { type: "refresh-check", check: "prefix-leakage" });
    const intent = w.finish(asked, "prefix-leakage", w.result("fail"));
    const keys = (): string[] => follow(asked, intent).posts.map(({ key }) => key);
    expect(keys()).toEqual(keys());
    expect(new Set(keys()).size).toBe(keys().length);
  });

  it("a repetition causes nothing", () => {
    expect(follow(w.green, w.freeze("m1"))).toEqual({ jobs: [], repaint: [], posts: [] });
  });
});
