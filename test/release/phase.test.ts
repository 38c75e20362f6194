import { expect, it } from "vitest";
import { policyHash } from "#src/release/hash";
import { viewOf } from "#src/release/view-of";
import * as w from "#test/release/world";

/** The same checklist with every line of a check moved to the canary. */
const moved = (check: string) => ({
  ...w.checklist,
  items: w.checklist.items.map((item) =>
    item.proof.kind === "check" && item.proof.check === check ? { ...item, phase: "canary" as const } : item,
  ),
});

const kinds = (story: w.Story) => viewOf(story.service, w.releaseOf(story), story.now).blockers.map(({ kind }) => kind);

it("a check that can't be waived blocks in whichever phase its line stands", () => {
  const failed = w.rerun(w.ready, "backup", w.result("fail"));
  const { policy, members } = w;
  const story = w.play(failed, { type: "change-policy", checklist: moved("backup"), policy, members });
  expect(kinds(story)).toContain("check-fail");
});

it("moving the line of a waivable check away voids the sign-offs that cover it: the rules they were given under changed", () => {
  const before = { checklist: w.checklist, policy: w.policy };
  const after = { checklist: moved("prefix-leakage"), policy: w.policy };
  expect(policyHash(after, "data-quality")).not.toBe(policyHash(before, "data-quality"));
  expect(policyHash(after, "team-notified")).toBe(policyHash(before, "team-notified"));
});

it("whoever cuts over hears whose sign-off the click itself found void", () => {
  const withoutTom = { ...w.members, approver: (w.members.approver ?? []).filter(({ id }) => id !== w.tom.id) };
  const click = { type: "cut-over", actor: w.rosa, members: withoutTom, seen: null } as const;
  const refusal = w.refusalOf(w.ready, click);
  expect(refusal.kind === "blocked" ? refusal.blockers[0]?.text : refusal.kind).toMatch(
    new RegExp(`sign-off that ${w.tom.name} gave is void now`),
  );
});
