import { describe, expect, it } from "vitest";
import { decide } from "#src/release/decide";
import { previousPair } from "#src/rollback/target";
import * as w from "#test/release/world";
import {
  attempt,
  carryOut,
  factsOf,
  failed,
  flipTo,
  live,
  plan,
  play,
  refusalOf,
  request,
  rollbackOf,
  type Story,
} from "#test/rollback/story";

const running = play(live, request());
const waiting = play(live, request(w.dan));
const steps = (story: Story) => rollbackOf(story).steps.map(({ id, status }) => `${id} ${status}`);

describe("asking for a rollback", () => {
  it("by whoever has the right confirms it at once, and locks go-lives in the same decision", () => {
    expect(factsOf(live, request())).toEqual([
      "rollback-opened",
      "rollback-requested",
      "rollback-confirmed",
      "service-locked",
      "rollback-step-finished",
    ]);
    expect(running.service.lock).toMatchObject({ reason: "rollback #1: answers are wrong", manifest: "m1" });
    expect(running.service.rolledBack).toEqual(["m1"]);
    expect(rollbackOf(running).undoes).toEqual({ release: "r1", manifest: "m1" });
  });

  it("by any other member waits for somebody with the right; nothing is locked, nothing moves", () => {
    expect(rollbackOf(waiting).standing).toBe("waiting");
    expect(waiting.service.lock).toBeNull();
    expect(refusalOf(waiting, { type: "approve", actor: w.mei, members: w.members }).kind).toBe("no-right");
    const approved = play(waiting, { type: "approve", actor: w.ines, members: w.members });
    expect(rollbackOf(approved)).toMatchObject({ standing: "running", confirmed: { how: "right", people: [w.ines] } });
    expect(factsOf(waiting, { type: "intend-flip", flip: "f9" })).toEqual([]);
  });

  it("is refused to guests, for what is live already, for damaged chunks without a backup, and while another one is open", () => {
    expect(refusalOf(live, request(w.guest)).kind).toBe("not-a-member");
    expect(refusalOf(live, request(w.omar, { plan: plan({ to: w.runB }) })).kind).toBe("nothing-to-roll-back");
    expect(refusalOf(live, request(w.omar, { plan: plan({ data: "damaged" }) })).kind).toBe("target-damaged");
    expect(refusalOf(waiting, request(w.omar, { rollback: "rb2" }))).toEqual({ kind: "rollback-open", number: 1 });
    expect(refusalOf(running, request(w.omar, { rollback: "rb2" })).kind).toBe("rollback-open");
  });

  it("can be withdrawn until it is confirmed, by whoever asked or whoever has the right", () => {
    const withdraw = (actor = w.dan) =>
      ({ type: "withdraw", actor, members: w.members, reason: "a false alarm" }) as const;
    expect(refusalOf(waiting, withdraw(w.mei)).kind).toBe("no-right");
    const gone = play(waiting, withdraw());
    expect(rollbackOf(gone)).toMatchObject({ standing: "withdrawn", ended: { live: w.runB } });
    expect(gone.service.rollback).toBeNull();
    expect(refusalOf(running, withdraw(w.omar)).kind).toBe("too-late");
    expect(refusalOf(gone, withdraw()).kind).toBe("too-late");
  });
});

describe("breaking the glass", () => {
  const glass = (actor = w.ines, reason = "") =>
    ({ type: "break-glass", actor, members: { ...w.members, "on-call": [] }, reason }) as const;

  it("takes two people of the roles for it, or one with a typed reason", () => {
    const asked = play(waiting, glass());
    expect(rollbackOf(asked)).toMatchObject({ standing: "waiting", glass: [w.ines] });
    expect(refusalOf(asked, glass()).kind).toBe("second-person-needed");
    const broken = play(asked, glass(w.tom));
    expect(rollbackOf(broken).confirmed).toMatchObject({ how: "break-glass", people: [w.ines, w.tom], reason: null });
    const alone = play(waiting, glass(w.ines, "customers see another tenant's data"));
    expect(rollbackOf(alone).confirmed).toMatchObject({
      people: [w.ines],
      reason: "customers see another tenant's data",
    });
    expect(refusalOf(waiting, glass(w.dan)).kind).toBe("no-right");
  });
});

describe("an open release", () => {
  const second: Story = {
    ...w.play(
      { ...live, service: { ...live.service } },
      w.start({ release: "r2", candidate: { run: "run-c", config: "c1" }, active: w.runB }),
    ),
    rollback: null,
  };

  it("is cancelled by the confirmation, in the same decision", () => {
    const held = play(second, request());
    expect(held.release).toMatchObject({ standing: "cancelled", ended: { reason: "rollback #1" } });
    expect(held.service.openRelease).toBeNull();
    expect(steps(held)[0]).toBe("hold done");
  });

  it("whose flip is in doubt is left alone until the ledger has said what it did", () => {
    const cutting = w.play(w.play(w.ready, w.cutOver(w.ines)), w.intendFlip("f1"));
    const story: Story = { ...cutting, rollback: null };
    expect(previousPair(story.service, story.release)).toEqual(w.runA);
    const held = play(story, request(w.omar, { plan: plan({ from: w.runA, to: w.runA }) }));
    expect(held.release?.standing).toBe("cutting_over");
    expect(steps(held)[0]).toBe("hold pending");
    expect(refusalOf(held, { type: "hold" }).kind).toBe("too-late");

    const flipped: Story = {
      ...w.play(held, { type: "settle-flip", flip: "f1", outcome: "flipped", live: w.runB }),
      rollback: held.rollback,
    };
    const back = play(flipped, { type: "hold" }, { type: "intend-flip", flip: "f9" });
    expect(rollbackOf(back).flip).toMatchObject({ from: w.runB, to: w.runA });

    const called: Story = {
      ...w.play(held, { type: "settle-flip", flip: "f1", outcome: "cancelled", live: w.runA }),
      rollback: held.rollback,
    };
    const ended = play(called, { type: "hold" });
    expect(ended.release?.standing).toBe("cancelled");
  });
});

describe("carrying it out", () => {
  it("flips from what is live, records where production is, and ends complete with what to do next", () => {
    const end = carryOut(running);
    expect(rollbackOf(end)).toMatchObject({ standing: "complete", ended: { live: w.runA } });
    expect(rollbackOf(end).ended?.says).toBe(
      "docs answers from run-a with c1 again. done. done. Go-lives are locked until somebody unlocks them with the root cause",
    );
    expect(end.service).toMatchObject({ live: w.runA, before: [], liveRelease: null, rollback: null });
    expect(end.service.lock).not.toBeNull();
  });

  it("makes one flip, whatever is repeated, and takes no step out of turn", () => {
    expect(factsOf(running, { type: "finish-step", step: "smoke", result: failed("early") })).toEqual([]);
    const intended = play(running, { type: "intend-flip", flip: "f9" });
    expect(factsOf(intended, { type: "intend-flip", flip: "f10" })).toEqual([]);
    const settled = play(intended, { type: "settle-flip", flip: "f9", outcome: "flipped", live: w.runA });
    expect(factsOf(settled, { type: "settle-flip", flip: "f9", outcome: "refused", live: null })).toEqual([]);
    const answered = play(settled, { type: "start-step", step: "answering" });
    expect(factsOf(answered, { type: "start-step", step: "answering" })).toEqual([]);
  });

  it("goes on after a step that failed, and says precisely what is live and what is left to do", () => {
    const end = carryOut(running, { caches: failed("The hook did not answer within 10 s.") });
    expect(rollbackOf(end).standing).toBe("incomplete");
    expect(steps(end)).toEqual([
      "hold done",
      "flip done",
      "answering done",
      "caches failed",
      "smoke done",
      "proof done",
      "incident done",
    ]);
    expect(rollbackOf(end).ended?.says).toMatch(
      /^docs answers from run-a with c1, but this failed: Clear caches\. The hook did not answer within 10 s\. .* Next: Restart the service or clear its caches by hand$/,
    );
  });

  it("changes nothing when somebody else moved the pointer meanwhile, unless to where it goes anyway", () => {
    const elsewhere = play(running, ...flipTo("refused", { run: "run-x", config: "c1" }));
    expect(rollbackOf(elsewhere)).toMatchObject({ standing: "refused", ended: { live: { run: "run-x" } } });
    expect(rollbackOf(elsewhere).ended?.says).toMatch(/^The pointer was not moved: docs answers from run-x with c1/);
    expect(elsewhere.service.lock).not.toBeNull();
    const there = play(running, ...flipTo("refused", w.runA));
    expect(rollbackOf(there)).toMatchObject({ standing: "running", flip: { outcome: "flipped" } });
  });

  it("brings damaged chunks back before anybody is pointed at them, and flips nothing when that fails", () => {
    const damaged = play(live, request(w.omar, { plan: plan({ data: "damaged", backup: "bk_1" }) }));
    expect(steps(damaged).slice(0, 3)).toEqual(["hold done", "restore pending", "flip pending"]);
    const lost = play(damaged, { type: "finish-step", step: "restore", result: failed("The file is gone.") });
    expect(rollbackOf(lost)).toMatchObject({ standing: "refused", flip: null, ended: { live: w.runB } });
    expect(lost.service.live).toEqual(w.runB);
  });

  it("looks at chunks that nobody had time for after the flip, and at none where the pointer is emptied", () => {
    const later = play(live, request(w.omar, { plan: plan({ data: "unchecked" }) }));
    expect(steps(later).map((step) => step.split(" ")[0])).toEqual([
      "hold",
      "flip",
      "answering",
      "caches",
      "data",
      "smoke",
      "proof",
      "incident",
    ]);
    const none = play(live, request(w.omar, { plan: plan({ to: null, data: "none" }) }));
    expect(steps(none).map((step) => step.split(" ")[0])).toEqual(["hold", "flip", "caches", "incident"]);
    expect(carryOut(none).service.live).toBeNull();
  });
});

describe("what has changed since it was asked for", () => {
  it("lets nobody confirm what is no longer what was planned", () => {
    const moved = { ...waiting, service: { ...waiting.service, live: { run: "run-c", config: "c1" } } };
    expect(refusalOf(moved, { type: "approve", actor: w.omar, members: w.members }).kind).toBe("view-outdated");
    const glass = {
      type: "break-glass",
      actor: w.ines,
      members: w.members,
      reason: "customers see wrong data",
    } as const;
    expect(refusalOf(moved, glass).kind).toBe("view-outdated");
  });

  it("flips from what was seen, also where somebody moved the pointer past Golive before it was planned", () => {
    const byHand = { run: "by-hand", config: "c1" };
    const story = play(live, request(w.omar, { plan: plan({ from: byHand }) }), { type: "intend-flip", flip: "f9" });
    expect(rollbackOf(story).flip).toMatchObject({ from: byHand, to: w.runA });
  });

  it("says why a flip was called back, and never that somebody else moved the pointer", () => {
    const story = play(
      running,
      { type: "intend-flip", flip: "f9" },
      {
        type: "settle-flip",
        flip: "f9",
        outcome: "cancelled",
        live: null,
        because: "Golive's role may not write the pointer.",
      },
    );
    expect(rollbackOf(story)).toMatchObject({ standing: "refused", ended: { live: w.runB } });
    expect(rollbackOf(story).ended?.says).toContain("called back: Golive's role may not write the pointer.");
    expect(rollbackOf(story).ended?.says).not.toContain("somebody else");
  });

  it("is never called complete when the pointer says something else at the end, or can't be read", () => {
    const almost = (found: typeof w.runA | undefined) => {
      let story = play(running, ...flipTo("flipped", w.runA));
      for (const { id } of rollbackOf(story).steps.slice(2)) {
        story = play(story, { type: "finish-step", step: id, result: { outcome: "done", detail: "ok.", facts: {} } });
      }
      return rollbackOf(play(story, { type: "end", live: found }));
    };
    expect(almost(w.runA).standing).toBe("complete");
    expect(almost({ run: "run-x", config: "c1" })).toMatchObject({
      standing: "incomplete",
      ended: { live: { run: "run-x" } },
    });
    expect(almost({ run: "run-x", config: "c1" }).ended?.says).toContain("somebody moved the pointer after it was set");
    expect(almost(undefined)).toMatchObject({ standing: "incomplete" });
    expect(almost(undefined).ended?.says).toContain("could not be read");
  });

  it("condemns the release whose flip was in doubt, not the one before it", () => {
    const cutting = w.play(w.play(w.ready, w.cutOver(w.ines)), w.intendFlip("f1"));
    const held = play({ ...cutting, rollback: null }, request(w.omar, { plan: plan({ from: w.runA, to: w.runA }) }));
    expect(rollbackOf(held).undoes).toEqual({ release: "r1", manifest: "m1" });
  });

  it("keeps the lock while the rollback is under way, whoever has the root cause already", () => {
    const unlock = {
      type: "unlock",
      actor: w.ines,
      members: w.members,
      reason: "known",
      rootCause: "chunks too small",
      policy: w.policy,
    } as const;
    expect(decide(running.service, null, unlock, 1)).toMatchObject({ ok: false, refusal: { kind: "rollback-open" } });
    expect(decide(carryOut(running).service, null, unlock, 1).ok).toBe(true);
  });
});

describe("what was live before", () => {
  it("goes back step by step: a rollback takes away what it undoes, and is no step forward itself", () => {
    expect(previousPair(live.service, null)).toEqual(w.runA);
    const back = carryOut(running);
    expect(previousPair(back.service, null)).toBeUndefined();
    expect(
      attempt(back, request(w.omar, { rollback: "rb2", plan: plan({ from: w.runA, to: w.runB }) })).decision.ok,
    ).toBe(true);
  });
});
