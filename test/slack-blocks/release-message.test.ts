import { describe, expect, test } from "vitest";
import type { ReleaseView } from "#src/release/view";
import { readCarried } from "#src/slack/blocks/carried";
import { releaseMessage } from "#src/slack/blocks/release-message";
import { ACTIONS } from "#src/slack/ids";
import { actionIds, messageBreaches, readText } from "#test/slack-blocks/check-limits";
import {
  checkDefinition,
  checkView,
  dan,
  evaluationView,
  failing,
  failingView,
  given,
  item,
  mei,
  NOW,
  rina,
  sectionView,
  signOffDefinition,
  signOffView,
  view,
} from "#test/slack-blocks/fixtures";

const draw = (shown: ReleaseView) => releaseMessage(shown, NOW);
const textOf = (shown: ReleaseView) => readText(draw(shown).blocks);
const idsOf = (shown: ReleaseView) => actionIds(draw(shown).blocks);

describe("the head", () => {
  test("header names service and run, the next line how it stands, the small one who, number, manifest and when", () => {
    const [header, progress, context] = draw(failingView()).blocks;
    expect(readText(header)).toBe("support-docs → run-b");
    expect(readText(progress)).toBe("❌ blocked · ▰▰▰▰▰▰▱▱▱▱ 2 of 2 checks, 1 not passing · 0 of 1 sign-off");
    const words = readText(context);
    for (const part of ["Release #12", "Rina Ray", "`a1b2c3d4`", "`config-2`", "<!date^"])
      expect(words).toContain(part);
  });

  test("a failed check is not called blocked while another one is under way", () => {
    const checks = [
      checkView("prefix-leakage", { status: "fail", result: failing }),
      checkView("b", { status: "running" }),
    ];
    const [, progress] = draw(failingView({ checks })).blocks;
    expect(readText(progress)).toMatch(/^⏳ checking/);
  });

  test("a failing gate's number stands in the first section after the head", () => {
    const [, , , first] = draw(failingView()).blocks;
    expect(readText(first)).toContain("prefix-leakage: 3 of 41,220 chunks begin with `Document: `");
  });

  test("every blocker stands in full when there is room", () => {
    const blockers = Array.from({ length: 20 }, (_, i) => ({
      kind: "check-fail",
      id: `c${i}`,
      text: `check ${i}: ${"word ".repeat(30)}end-${i}`,
    }));
    const text = textOf(failingView({ blockers }));
    for (const { id } of blockers) expect(text).toContain(`end-${id.slice(1)}`);
  });

  test("checks under way are named in one line per state, missing sign-offs in one: each has its own row below", () => {
    const text = textOf(
      failingView({
        checks: [checkView("a", { definition: checkDefinition("a", "Token budget") }), checkView("b")],
        blockers: [
          { kind: "check-running", id: "a", text: "a: running" },
          { kind: "check-pending", id: "b", text: "b: waiting to run" },
          {
            kind: "sign-off",
            id: "data-quality",
            text: "data-quality: data-lead has not signed (Dan Ito or Mei Sato)",
          },
        ],
      }),
    );
    expect(text).toContain("• ⏳ running: Token budget\n• pending: b\n• 1 sign-off is missing: Dan Ito or Mei Sato");
    expect(text).not.toContain("has not signed");
  });

  test("a quorum of two is counted as two missing people, both named", () => {
    const blockers = [{ kind: "sign-off", id: "go-ahead", text: "go-ahead: 0 of 2 people have signed" }];
    const open = signOffView("go-ahead", { definition: signOffDefinition("go-ahead", { quorum: 2 }), missing: 2 });
    expect(textOf(failingView({ blockers, signOffs: [open] }))).toContain(
      "• 2 sign-offs are missing: Dan Ito and Mei Sato",
    );
  });

  test("the fallback text says phase, counts and the first blocker in one sentence", () => {
    expect(draw(failingView()).text).toBe(
      "Release #12 of support-docs to run-b is checking, 2 of 2 checks and 0 of 1 sign-offs are in; blocked by: prefix-leakage: 3 of 41,220 chunks begin with `Document: ` (and 1 more).",
    );
  });

  test("the metadata names the release, so that an ambiguous post is found again", () => {
    expect(draw(view()).metadata).toEqual({
      event_type: "golive_release",
      event_payload: { subject: "rel_01J0ABCDEF", number: 12, service: "support-docs" },
    });
  });
});

describe("the evaluation", () => {
  const drawn = (change: Parameters<typeof evaluationView>[0]) =>
    readText(releaseMessage(view({ phase: "checking", evaluation: evaluationView(change) }), NOW).blocks);

  test("is shown live while it is under way: how far, how long still, what it costs, and a way to stop it", () => {
    expect(drawn({})).toContain(
      "⏳ *Evaluation* · ▰▰▰▱▱▱▱▱▱▱ 41 of 130 questions, 2 without a score · about 38 min left · about $1.20 for the judge · `ev_0123456789abcdef`",
    );
    expect(drawn({})).toContain("Stop evaluation");
    expect(drawn({ progress: { planned: 130, done: 65, lost: 0, secondsLeft: null } })).toContain("about 36 min left");
    expect(drawn({ progress: null })).toContain("130 questions, some 520 model calls");
    expect(drawn({ status: "requested", run: null, plan: null, progress: null })).toContain("about to begin");
    const stopping = drawn({ status: "stopping", progress: null });
    expect(stopping).toContain("being stopped");
    expect(stopping).not.toContain("Stop evaluation");
  });

  test("is gone when it has ended: the checks that rest on it say what it found", () => {
    expect(drawn({ status: "ended", progress: null })).not.toContain("*Evaluation*");
  });

  test("puts its numbers beside the sign-off that is about them, and nowhere else", () => {
    const floors = checkView("floors");
    const measured = {
      ...floors,
      definition: { ...floors.definition, title: "Quality floors", restsOn: "evaluation" as const },
      result: floors.result === null ? null : { ...floors.result, value: "f1 .46 · recall .57" },
    };
    const about = (covers: readonly string[]) => {
      const one = signOffView("accuracy");
      const signOff = { ...one, definition: { ...one.definition, covers } };
      return readText(
        releaseMessage(view({ phase: "signing", checks: [measured, checkView("a")], signOffs: [signOff] }), NOW).blocks,
      );
    };
    expect(about(["a", "floors"])).toContain(
      "evidence: 2 of 2 checks pass (a, Quality floors)\nQuality floors: f1 .46 · recall .57",
    );
    expect(about(Array.from({ length: 20 }, (_, at) => (at === 0 ? "floors" : "a")))).not.toContain("recall .57");
  });
});

describe("sections", () => {
  test("green items fold and the open one shows its value against the bar", () => {
    const text = textOf(failingView());
    expect(text).toContain("1/2");
    expect(text).toContain("❌ fail · prefix-leakage: 3 chunks (bar 0)");
    expect(text).not.toContain("✅ pass · token-budget");
  });

  test("items not built yet are counted, never green, and don't make a section complete", () => {
    const shown = view({
      sections: [
        sectionView("evaluation", [item("seed", { status: "not-built" }), item("cot", { status: "not-built" })]),
      ],
    });
    const text = textOf(shown);
    expect(text).toContain("Not built yet, so unchecked and not blocking: evaluation (2 lines)");
    expect(text).not.toContain("✅ evaluation");
  });

  test("a section whose built lines are all green but has lines not built yet gets no tick", () => {
    const sections = [sectionView("manifest", [item("a"), item("b", { status: "not-built" })])];
    expect(textOf(view({ sections }))).toContain("*Checklist* · manifest 1/1");
    expect(textOf(view({ sections }))).toContain("not blocking: 1 line");
    expect(textOf(view({ sections: [sectionView("manifest", [item("a")])] }))).toContain("· ✅ manifest 1/1");
  });

  test("what only matters after the cutover is one number", () => {
    const later = ["canary", "nightly"].map((id) => {
      const built = item(`${id}-1`, { status: "not-built" });
      return sectionView(id, [{ ...built, item: { ...built.item, phase: "canary" } }]);
    });
    const text = textOf(view({ sections: [...view().sections, ...later] }));
    expect(text).toContain("2 lines for after the cutover");
  });

  test("what the canary or a rollback decides is one number, never green and no gap", () => {
    const watched = item("f1", { status: "after-cutover", line: "watched by the canary: f1" });
    const sections = [...view().sections, sectionView("oracle", [watched])];
    const text = textOf(view({ sections }));
    expect(text).toContain("Decided after the cutover (canary, rollback, runs by the clock, SLOs): 1 line");
    expect(text).not.toContain("Not built yet");
    expect(text).not.toContain("✅ oracle");
  });

  test("lines decided by one check are one line with their number", () => {
    const lines = ["a", "b", "c"].map((id) => {
      const one = item(id, { status: "fail", line: "hash missing" });
      return { ...one, item: { ...one.item, proof: { kind: "check", check: "manifest" } as const } };
    });
    expect(textOf(view({ sections: [sectionView("manifest", lines)] }))).toContain(
      "❌ fail · a (and 2 more lines that it decides): hash missing",
    );
  });

  test("a section whose checks are under way has no block of its own, only its count", () => {
    const items = [item("a", { status: "running" }), item("b", { status: "pending" }), item("c")];
    expect(textOf(view({ phase: "checking", sections: [sectionView("gates", items)] }))).toContain(
      "*Checklist* · gates 1/3",
    );
  });

  test("an eleventh section moves to Details visibly", () => {
    const sections = Array.from({ length: 12 }, (_, i) => sectionView(`s${i}`, [item(`i${i}`)]));
    const text = textOf(view({ sections }));
    expect(text).toContain("… and 2 more sections in Details");
    expect(text).not.toContain("s10");
  });

  test("lines of a sign-off are counted, not listed: the sign-off has its own row", () => {
    const signature = item("told", { status: "waiting", text: "Team notified" });
    const line = { ...signature, item: { ...signature.item, proof: { kind: "sign-off", signOff: "told" } as const } };
    const text = textOf(view({ sections: [sectionView("final", [line])] }));
    expect(text).toContain("*Checklist* · final 0/1");
    expect(text).not.toContain("Team notified");
  });

  test("each section with something open has a Details button that carries the release and the section", () => {
    const { blocks } = draw(failingView());
    const block = blocks.find((one) => one.block_id === "section:health-gates");
    const value = JSON.stringify(block).match(/"value":("(?:[^"\\]|\\.)*")/)?.[1] ?? '""';
    expect(readCarried(JSON.parse(value))).toEqual({ r: "rel_01J0ABCDEF", i: "health-gates" });
  });
});

describe("sign-offs", () => {
  test("a sign-off that waits for evidence has no Sign button and names what is missing", () => {
    expect(idsOf(failingView())).not.toContain(ACTIONS.sign);
    expect(textOf(failingView())).toContain(
      "⏳ *data-quality* · Dan Ito or Mei Sato, as soon as prefix-leakage passes",
    );
  });

  test("a sign-off that somebody can give now has a Sign button carrying what was seen, the evidence and who may", () => {
    const shown = view({ phase: "signing", signOffs: [signOffView("data-quality")] });
    expect(idsOf(shown)).toContain(ACTIONS.sign);
    expect(JSON.stringify(draw(shown).blocks)).toContain(String.raw`\"i\":\"data-quality\",\"s\":\"5e3n\"`);
    const text = textOf(shown);
    expect(text).toContain("✍️ to sign · *data-quality*");
    expect(text).toContain("Dan Ito or Mei Sato (`data-lead`) · evidence: prefix-leakage 0 chunks (bar 0)");
  });

  test("buttons say their whole purpose to a screen reader and one word to the eye", () => {
    const shown = view({ phase: "signing", signOffs: [signOffView("data-quality")] });
    expect(JSON.stringify(draw(shown).blocks)).toContain('"text":{"type":"plain_text","text":"Sign"}');
    expect(JSON.stringify(draw(shown).blocks)).toContain('"accessibility_label":"Sign data-quality"');
  });

  test("a sign-off over a few checks names them", () => {
    const two = signOffView("dq", {
      definition: signOffDefinition("dq", { covers: ["prefix-leakage", "token-budget"] }),
    });
    expect(textOf(view({ phase: "signing", signOffs: [two] }))).toContain(
      "evidence: 2 of 2 checks pass (prefix-leakage, token-budget)",
    );
  });

  test("a sign-off over many checks counts them and names those that don't pass", () => {
    const ids = ["a", "b", "c", "d", "e", "f"];
    const checks = ids.map((id) => checkView(id, id === "c" ? { status: "waived", result: failing } : {}));
    const all = signOffView("go-ahead", { definition: signOffDefinition("go-ahead", { covers: ids }) });
    expect(textOf(view({ phase: "signing", checks, signOffs: [all] }))).toContain(
      "evidence: 5 of 6 checks pass; c: waived",
    );
  });

  test("nobody who may sign means no Sign button and a sentence that says so", () => {
    const shown = view({ phase: "signing", signOffs: [signOffView("data-quality", { mayNow: [] })] });
    expect(idsOf(shown)).not.toContain(ACTIONS.sign);
    expect(textOf(shown)).toContain("Nobody of `data-lead` can give a sign-off that counts now");
  });

  test("a quorum of two with one signature says 1 of 2 and offers both Sign and Withdraw", () => {
    const half = signOffView("go-ahead", {
      definition: signOffDefinition("go-ahead", { quorum: 2 }),
      given: [given("go-ahead")],
      mayNow: [mei],
    });
    const shown = view({ phase: "signing", signOffs: [half] });
    expect(textOf(shown)).toContain("1 of 2 signed by Dan Ito");
    expect(idsOf(shown)).toEqual(expect.arrayContaining([ACTIONS.sign, ACTIONS.withdraw]));
    expect(messageBreaches(draw(shown).blocks)).toEqual([]);
  });

  test("a signed row says who and when, with Withdraw until the cutover and without it after", () => {
    expect(textOf(view())).toMatch(/✅ signed · \*data-quality\* by Dan Ito <!date\^/);
    expect(idsOf(view())).toContain(ACTIONS.withdraw);
    expect(idsOf(view({ phase: "cutting over" }, { standing: "cutting_over" }))).not.toContain(ACTIONS.withdraw);
  });

  test("a void row says which difference voided it", () => {
    const because = {
      kind: "evidence",
      from: "1111222233334444",
      to: "5555666677778888",
      what: "prefix-leakage: pass → fail",
    } as const;
    const gone = { ...given("data-quality"), because, voidedAt: NOW };
    const text = textOf(view({ phase: "signing", signOffs: [signOffView("data-quality", { voided: [gone] })] }));
    expect(text).toContain(
      "🔁 re-asked: Dan Ito's sign-off no longer counts, the evidence changed (prefix-leakage: pass → fail): `11112222` → `55556666`",
    );
  });

  test("an objection holds: the row says who and why, no Sign button", () => {
    const held = signOffView("data-quality", {
      status: "vetoed",
      vetoes: [{ signOff: "data-quality", person: mei, reason: "the corpus lacks the new manuals", at: NOW }],
    });
    const shown = view({ phase: "signing", signOffs: [held] });
    expect(textOf(shown)).toContain("held by Mei Sato");
    expect(textOf(shown)).toContain("the corpus lacks the new manuals");
    expect(idsOf(shown)).not.toContain(ACTIONS.sign);
    expect(idsOf(shown)).toContain(ACTIONS.liftObjection);
  });

  test("names in the message are plain: it notifies nobody", () => {
    const shown = view({ phase: "signing", signOffs: [signOffView("data-quality")] });
    expect(JSON.stringify(draw(shown))).not.toContain("<@");
  });
});

describe("actions", () => {
  test("Cut over is there only when ready, and its dialog says what it flips from where to where", () => {
    const json = JSON.stringify(draw(view()).blocks);
    expect(json).toContain(ACTIONS.cutOver);
    expect(json).toContain(
      "This flips `support-docs` from `run-a` (config `config-1`) to `run-b` (config `config-2`).",
    );
    expect(idsOf(failingView())).not.toContain(ACTIONS.cutOver);
  });

  test("Re-run failed is there only when something failed", () => {
    expect(idsOf(failingView())).toContain(ACTIONS.rerunFailed);
    expect(idsOf(view())).not.toContain(ACTIONS.rerunFailed);
  });

  test("a paused release can be cancelled, but neither signed, re-run nor cut over", () => {
    const shown = failingView({
      phase: "paused",
      signOffs: [signOffView("data-quality")],
      release: { ...failingView().release, paused: "channel-archived" },
    });
    const ids = idsOf(shown);
    expect(ids).toContain(ACTIONS.cancel);
    for (const gone of [ACTIONS.cutOver, ACTIONS.sign, ACTIONS.rerunFailed]) expect(ids).not.toContain(gone);
  });

  test("the first ever go-live says that nothing was live before", () => {
    expect(textOf(view({}, { active: null }))).toContain(
      "Cut over points `support-docs` to `run-b` (config `config-2`) for the first time.",
    );
  });

  test("a cutover that stopped before the flip says why and that the pointer was not touched", () => {
    const text = textOf(failingView({ release: { ...failingView().release, stopped: ["Dan Ito left data-lead"] } }));
    expect(text).toContain("The pointer was not touched");
    expect(text).toContain("Dan Ito left data-lead");
  });
});

describe("after the end", () => {
  const liveView = view(
    { phase: "live" },
    {
      standing: "live",
      cutover: { by: rina, at: NOW - 9_000 },
      ended: { at: NOW - 8_000, by: rina, reason: "" },
      signOffs: [given("data-quality")],
      flip: {
        id: "f1",
        from: { run: "run-a", config: "config-1" },
        to: { run: "run-b", config: "config-2" },
        outcome: "flipped",
      },
    },
  );

  test("live: what is live now, what was before, who cut over and who signed, and where the canary is asked", () => {
    const text = textOf(liveView);
    expect(text).toContain("`support-docs` answers from `run-b` (config `config-2`)");
    expect(text).toContain("Before: `run-a` (config `config-1`)");
    expect(text).toContain("Cut over by Rina Ray");
    expect(text).toContain("signed by Dan Ito");
    expect(text).toContain("`/canary status support-docs`");
    expect(idsOf(liveView)).toEqual([ACTIONS.details]);
    expect(draw(liveView).text).toContain("is live; it was `run-a` (config `config-1`) before");
  });

  test("cancelled: who, why, and that the pointer was not moved", () => {
    const text = textOf(
      view({ phase: "cancelled" }, { standing: "cancelled", ended: { at: NOW, by: dan, reason: "wrong corpus" } }),
    );
    expect(text).toContain("*Cancelled* by Dan Ito");
    expect(text).toContain("wrong corpus");
    expect(text).toContain("did not move the pointer");
  });

  test("failed with a flip in doubt never claims that the pointer stayed", () => {
    const flip = { id: "f1", from: null, to: { run: "run-b", config: "config-2" }, outcome: null };
    const text = textOf(
      view({ phase: "failed" }, { standing: "failed", flip, ended: { at: NOW, by: dan, reason: "store gone" } }),
    );
    expect(text).toContain("outcome is not known");
    expect(text).not.toContain("did not move");
  });

  test("a waived check stands with who, until when and why; what doesn't apply with its reason; neither folds as green", () => {
    const reason = "this service has no reranker";
    const waiver = { check: "prefix-leakage", by: mei, reason: "three drafts", until: NOW, at: NOW, evidence: "e" };
    const shown = view({
      checks: [
        checkView("prefix-leakage", { status: "waived", result: failing, waiver }),
        checkView("rerank", { status: "not-applicable" }),
      ],
      sections: [
        sectionView("health-gates", [item("prefix-leakage", { status: "waived", line: "3 chunks (bar: 0)" })]),
        sectionView("run-manifest", [
          item("rerank", { text: "Rerank settings documented", status: "not-applicable", line: reason }),
          item("manifest"),
        ]),
      ],
    });
    const text = textOf(shown);
    expect(text).toMatch(
      /⚠️ waived · prefix-leakage: by Mei Sato until <!date[^>]+>, three drafts · 3 chunks \(bar: 0\)/,
    );
    expect(text).toContain(`➖ not applicable · Rerank settings documented: ${reason}`);
    expect(text).toContain("*run-manifest* 1/1 · 1 not applicable");
    expect(text).not.toContain("*Checklist*");
  });

  test("a section that fails stands before one where something only doesn't apply", () => {
    const text = textOf(
      failingView({
        sections: [
          sectionView("run-manifest", [item("rerank", { status: "not-applicable", line: "no reranker" })]),
          sectionView("health-gates", [item("prefix-leakage", { status: "fail", line: "3 chunks" })]),
        ],
      }),
    );
    expect(text.indexOf("*health-gates*")).toBeLessThan(text.indexOf("*run-manifest*"));
  });

  test("many checks under way are counted, not listed", () => {
    const ids = Array.from({ length: 17 }, (_, at) => `check-${at}`);
    const blockers = ids.map((id) => ({ kind: "check-pending", id, text: id }));
    expect(textOf(failingView({ blockers }))).toContain(
      "pending: check-0, check-1, check-2, check-3, check-4, check-5 and 11 more",
    );
  });

  test("a waived check stays visible after going live", () => {
    const waived = checkView("prefix-leakage", { status: "waived", result: failing });
    expect(textOf({ ...liveView, checks: [waived] })).toContain("Went live with 1 waived check");
  });
});
