import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Note } from "#src/release/notes";
import type { Refusal } from "#src/release/refusals";
import { refusalReply } from "#src/slack/blocks/command-replies";
import { lostChannelMessage } from "#src/slack/blocks/lost-channel-message";
import { noteMessage } from "#src/slack/blocks/note-message";
import { BUDGET } from "#src/slack/limits";
import { messageBreaches, readText } from "#test/slack-blocks/check-limits";
import { dan, mei, NOW, rina, signOffDefinition } from "#test/slack-blocks/fixtures";
import { extreme } from "#test/slack-blocks/hostile";

const text = (note: Note) => readText(noteMessage(note, "support-docs").blocks);
const a = { run: "run-a", config: "config-1" };
const b = { run: "run-b", config: "config-2" };

describe("notes in the thread", () => {
  test("a failure says the number and what to do", () => {
    const note: Note = {
      kind: "check-failed",
      check: "prefix-leakage",
      title: "Prefix leakage",
      verdict: "fail",
      summary: "3 of 41,220 chunks begin with `Document: `.",
      next: "Ingest again.",
      attempt: 2,
    };
    expect(text(note)).toBe(
      "❌ fail · *Prefix leakage*: 3 of 41,220 chunks begin with `Document: `. (attempt 2)\n*What to do*: Ingest again.",
    );
  });

  test("a voided sign-off mentions only the people who have to look again", () => {
    const because = { kind: "manifest", from: "1111222233", to: "4444555566", what: "chunk size 400 → 450" } as const;
    const note: Note = {
      kind: "voided",
      voids: [{ signOff: "dq", title: "Data quality", person: dan, because, again: [mei] }],
    };
    expect(text(note)).toBe(
      "🔁 Dan Ito's sign-off of *Data quality* no longer counts, the manifest changed (chunk size 400 → 450): `11112222` → `44445555`. Please look again: <@U0MEI001>",
    );
  });

  test("breaking the glass is loud: who, why, and the overruled person is mentioned", () => {
    const said = text({
      kind: "glass-broken",
      loud: true,
      signOff: "dq",
      title: "Data quality",
      people: [rina],
      reason: "outage",
      vetoers: [mei],
    });
    expect(said).toContain("🛑 *The glass was broken* by Rina Ray");
    expect(said).toContain("outage");
    expect(said).toContain("<@U0MEI001>");
  });

  test("going live says what answers now, what did before, and that no canary watches", () => {
    const said = text({ kind: "live", live: b, before: a, by: rina });
    expect(said).toContain("`support-docs` answers from `run-b` (config `config-2`), cut over by Rina Ray");
    expect(said).toContain("Before: `run-a`");
    expect(said).toContain("No canary watches it yet");
  });

  test("passes come in one note with their numbers", () => {
    const passed = ["a", "b"].map((check) => ({ check, title: check, summary: `0 of 5 in ${check}.` }));
    expect(text({ kind: "checks-passed", passed, green: 5, total: 9 })).toBe(
      "✅ 2 checks pass now: 5 of 9 in all.\n• *a*: 0 of 5 in a.\n• *b*: 0 of 5 in b.",
    );
  });

  test("a signature, a start, a request: nobody is mentioned", () => {
    const quiet: Note[] = [
      { kind: "signed", signOff: "dq", title: "Data quality", by: dan, missing: 1 },
      { kind: "started", number: 12, by: rina, candidate: b, active: null, checks: 9, toSign: 5 },
      { kind: "cutover-requested", by: rina, from: a, to: b },
      { kind: "cancelled", by: rina, reason: "<@U0DAN001> said so" },
    ];
    for (const note of quiet) expect(text(note)).not.toContain("<@");
  });

  test("a lost channel says what happened, what it means and what to do", () => {
    const note = { kind: "paused", because: "bot-removed", number: 12, service: "support-docs" } as const;
    const said = readText(lostChannelMessage(note, "#release").blocks);
    expect(said).toContain("release #12 of `support-docs` is held, since Golive was removed from its release channel");
    expect(said).toContain("what is live stays live");
    expect(said).toContain("Invite Golive into it again");
  });

  test("every kind of note stays within Slack's limits for any text", () => {
    fc.assert(
      fc.property(extreme(3_000), (long) => {
        const by = { ...dan, name: long };
        const many = Array.from({ length: 50 }, () => long);
        const because = { kind: "evidence", from: long, to: long, what: long } as const;
        const one = { signOff: long, title: long };
        const pair = { run: long, config: long };
        const notes: Note[] = [
          { kind: "started", number: 1, by, candidate: pair, active: pair, checks: 1, toSign: 1 },
          { kind: "manifest-changed", from: "0f1e2d3c", hash: long, changes: many },
          { kind: "check-failed", check: long, title: long, verdict: "error", summary: long, next: long, attempt: 1 },
          {
            kind: "checks-passed",
            passed: many.map((summary) => ({ check: long, title: long, summary })),
            green: 1,
            total: 2,
          },
          { kind: "signed", ...one, by, missing: 0 },
          { kind: "withdrawn", ...one, by },
          {
            kind: "voided",
            voids: many.map(() => ({ ...one, person: by, because, again: Array.from({ length: 20 }, () => by) })),
          },
          { kind: "vetoed", ...one, by, reason: long },
          { kind: "veto-lifted", ...one, by },
          { kind: "break-glass-asked", ...one, by },
          { kind: "glass-broken", loud: true, ...one, people: [by, by], reason: long, vetoers: [by] },
          { kind: "waived", check: long, title: long, by, reason: long, until: NOW, summary: long },
          { kind: "policy-changed", changes: many },
          { kind: "paused", because: "bot-removed", number: 1, service: long },
          { kind: "resumed" },
          { kind: "cutover-requested", by, from: null, to: pair },
          { kind: "cutover-stopped", because: many },
          { kind: "live", live: pair, before: pair, by },
          { kind: "cancelled", by, reason: long },
          { kind: "failed", reason: long },
        ];
        for (const note of notes) {
          const message = noteMessage(note, long);
          expect(messageBreaches(message.blocks)).toEqual([]);
          expect(message.text.length).toBeLessThanOrEqual(BUDGET.message.text);
        }
      }),
      { numRuns: 60 },
    );
  }, 60_000);
});

describe("refusals", () => {
  test("call a sign-off by its title, and say who can", () => {
    const refusal: Refusal = {
      kind: "not-an-approver",
      signOff: "dq",
      role: "data-lead",
      who: [dan, mei],
      alsoRequester: true,
    };
    const checklist = {
      sections: [],
      items: [],
      checks: [],
      signOffs: [{ ...signOffDefinition("dq"), title: "Data quality" }],
    };
    const said = readText(refusalReply(refusal, checklist).blocks);
    expect(said).toContain("You can't sign Data quality: it needs the role data-lead (Dan Ito and Mei Sato)");
    expect(said).toContain("You're the requester of this release.");
  });

  test("another channel's refusal links the right one", () => {
    expect(readText(refusalReply({ kind: "wrong-channel", channel: "C0RELEASE" }).blocks)).toContain("<#C0RELEASE>");
  });

  test("a reason with a broadcast in it notifies nobody", () => {
    const said = readText(refusalReply({ kind: "vetoed", signOff: "dq", by: mei, reason: "<!channel> no" }).blocks);
    expect(said).toContain("&lt;!channel&gt; no");
  });

  test("a long list of blockers stays within Slack's limits", () => {
    const blockers = Array.from({ length: 40 }, (_, i) => ({ kind: "x", id: `${i}`, text: "x".repeat(3_000) }));
    expect(messageBreaches(refusalReply({ kind: "blocked", blockers }).blocks)).toEqual([]);
  });
});
