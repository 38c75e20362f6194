import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { validateMessageBlocks } from "#sandbox/slack/block-kit/validate";
import { figureValue, sayFigure } from "#src/operations/proposals/words";
import { proposalMessage } from "#src/slack/blocks/proposal-message";
import { declineModal } from "#src/slack/blocks/proposal-modals";
import { proposalNoteMessage } from "#src/slack/blocks/proposal-notes";
import * as s from "#test/proposals/story";
import * as w from "#test/release/world";
import { actionIds, budgetBreaches, messageBreaches, readText, viewBreaches } from "#test/slack-blocks/check-limits";
import { hostileText } from "#test/slack-blocks/hostile";

const shown = (state = s.made(), isFirst = false) => readText(proposalMessage(state, w.T0, isFirst).blocks);

describe("the message of a proposal", () => {
  it("says what changes, the evidence with its interval, what accepting does and who is asked", () => {
    const text = shown();
    expect(text).toContain("Proposal #1 · docs");
    expect(text).toContain("`retrieval.rrf_k`: `60` → `20`");
    expect(text).toContain("74.0 % → 81.0 % (+7.0, 95 % interval +2.0 to +12.0), 130 questions");
    expect(text).toContain("Better: `q-1`, `q-2`");
    expect(text).toContain("Worse: `q-3`");
    expect(text).toContain("⚠️ Retrieval alone was measured.");
    expect(text).toContain("Nothing is answered otherwise until that go-live is cut over");
    expect(text).toContain("`data-lead`: Dan Ito, Mei Sato");
    expect(text).toContain("`approver`: Ines Falk, Tom Adeyemi, Rosa Lind");
  });

  it("shows of a SHA-256 the first eight digits, and puts no empty line under how it stands", () => {
    const [was, becomes] = ["ab12cd34", "ef56ab78"].map((start) => start.padEnd(64, "0"));
    const state = s.made({
      changes: [{ path: "prompt.few_shot_pool_sha256", from: was ?? null, to: becomes ?? null }],
      evidence: { ...s.draft().evidence, cautions: [`Ship the pool ${becomes}.`] },
    });
    const text = shown(state);
    expect(text).toContain('`prompt.few_shot_pool_sha256`: `"ab12cd34…"` → `"ef56ab78…"`');
    expect(text).toContain("Ship the pool ef56ab78….");
    expect(text).not.toMatch(/[0-9a-f]{64}|\n\n/);
  });

  it("mentions those who have to decide in its first post alone", () => {
    expect(shown(s.made(), true)).toContain("please decide");
    expect(shown()).not.toContain("please decide");
  });

  it("has buttons only while somebody has to decide, and a word for every end", () => {
    const buttons = (state: ReturnType<typeof s.made>) => actionIds(proposalMessage(state, w.T0, false).blocks);
    expect(buttons(s.made())).toEqual(["proposal.accept", "proposal.decline"]);
    const agreed = s.play(s.made(), s.accepts(w.ines), s.accepts(w.dan));
    expect(buttons(agreed)).toEqual([]);
    expect(shown(agreed)).toContain("Golive is carrying it out");
    const declined = s.play(s.made(), { type: "decline", actor: w.dan, members: w.members, reason: "Not this month." });
    expect(buttons(declined)).toEqual([]);
    expect(shown(declined)).toMatch(/🛑 \*Declined\* by Dan Ito/);
    const left = s.play(agreed, {
      type: "left",
      says: "v1+nudge-1 stands. Type: `/golive start docs run-1 v1+nudge-1`",
    });
    expect(shown(left)).toContain("`/golive start docs run-1 v1+nudge-1`");
  });

  it("stays within the budget and Slack's limits whatever stands in it", () => {
    const text = hostileText(3_000);
    const texts = fc.array(text, { maxLength: 40 });
    fc.assert(
      fc.property(text, texts, texts, text, (one, many, ids, value) => {
        const state = s.made({
          title: one,
          changes: many.map((path) => ({ path, from: value, to: [value, one] })),
          evidence: {
            ...s.draft().evidence,
            summary: one,
            how: value,
            cautions: many,
            better: ids,
            worse: ids,
            figures: many.map((name) => ({ name, unit: "points", base: 1, proposed: 2, interval: null, n: 3 })),
          },
        });
        const { blocks, text: sentence } = proposalMessage(state, w.T0, true);
        expect([...budgetBreaches(blocks), ...messageBreaches(blocks)]).toEqual([]);
        expect(validateMessageBlocks(JSON.parse(JSON.stringify(blocks)), () => false).ok).toBe(true);
        expect(sentence.length).toBeLessThanOrEqual(600);
        expect(viewBreaches(declineModal(state))).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});

describe("notes and figures in words", () => {
  it("tell each step", () => {
    const text = (note: Parameters<typeof proposalNoteMessage>[0]) => proposalNoteMessage(note).text;
    expect(text({ kind: "proposal-accepted", by: w.dan, role: "data-lead", complete: true })).toContain(
      "the last one needed",
    );
    expect(text({ kind: "proposal-written", config: "v1+nudge-1" })).toContain("Nothing answers with it yet");
    const ended = {
      kind: "proposal-ended",
      number: 3,
      about: "retrieval-nudge",
      says: "Too few questions.",
      by: w.dan,
    } as const;
    expect(text({ ...ended, as: "declined" })).toBe("*Proposal #3: Declined* by Dan Ito Too few questions.");
  });

  it("round to what can be read, with the sign of a difference", () => {
    const figure = {
      name: "F1",
      unit: "points",
      base: 61.24,
      proposed: 60.2,
      interval: { low: -2.11, high: 0.04, level: 0.95 },
      n: 1,
    } as const;
    expect(sayFigure(figure)).toBe("F1: 61.2 points → 60.2 points (−1.0, 95 % interval −2.1 to +0.0), 1 question");
    expect(figureValue("seconds", 0.4251)).toBe("0.43 s");
    expect(figureValue("share", -0.00001)).toBe("0.0 %");
  });
});
