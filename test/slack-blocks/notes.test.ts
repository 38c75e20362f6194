import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Note } from "#src/release/notes";
import type { Refusal } from "#src/release/refusals";
import { refusalReply } from "#src/slack/blocks/command-replies";
import { lostChannelMessage } from "#src/slack/blocks/lost-channel-message";
import { NOTHING_KNOWN, type NotedManifest } from "#src/slack/blocks/manifest-lines";
import { noteMessage } from "#src/slack/blocks/note-message";
import { BUDGET } from "#src/slack/limits";
import { messageBreaches, readText } from "#test/slack-blocks/check-limits";
import { dan, mei, NOW, rina, signOffDefinition, frozenSummary as summary } from "#test/slack-blocks/fixtures";
import { extreme } from "#test/slack-blocks/hostile";

const text = (note: Note) => readText(noteMessage(note, "support-docs").blocks);
const a = { run: "run-a", config: "config-1" };
const b = { run: "run-b", config: "config-2" };

describe("notes about the manifest", () => {
  const frozen: Note = { kind: "manifest-frozen", hash: summary.hash };
  const told = (note: Note, known: Partial<NotedManifest>) =>
    readText(noteMessage(note, "support-docs", { ...NOTHING_KNOWN, ...known }).blocks);

  test("the first one says what was frozen in five calm lines", () => {
    expect(told(frozen, { summary })).toBe(
      [
        "*The run manifest is frozen*: `a1b2c3d4`. Checks and sign-offs are about exactly this:",
        "• Run `run-b` (41,220 chunks) with config `config-2`, CONFIG_HASH `0f1e2d3c`",
        "• Models: generation `claude-x`, embedding `titan-y`",
        "• Code: commit `01234567` on `main`",
        "• Data: gold (128 cases) · 31 thresholds locked",
      ].join("\n"),
    );
  });

  test("what is not known is named, never left out, and what that means is said", () => {
    const said = told(frozen, {
      summary: {
        ...summary,
        chunks: null,
        configHash: null,
        commit: null,
        branch: null,
        models: [{ role: "generation", asked: null }],
        datasets: [],
        missing: Array.from({ length: 9 }, (_, index) => `fact.${index} is not known`),
      },
    });
    expect(said).toContain("(chunks not counted)");
    expect(said).toContain("CONFIG_HASH not known");
    expect(said).toContain("generation not known");
    expect(said).toContain("commit not known on a branch nobody knows");
    expect(said).toContain("⚠️ Not complete: 9 facts are missing or wrong, so its check can't pass.");
    expect(said).toContain("fact.5 is not known");
    expect(said).toContain("and 3 more in the document");
  });

  test("a change says for each key which checks look at it", () => {
    const note: Note = { kind: "manifest-changed", from: "0f1e2d3c", hash: "a1b2c3d4", changes: ["from the journal"] };
    const differences = [
      { text: "rerank.top_n: 18 → 12", checks: ["CONFIG_HASH", "Rerank settings"] },
      { text: `configuration.sha256: "${"ab".repeat(32)}" → "${"cd".repeat(32)}"`, checks: [] },
      { text: "ingest_run.chunks: 5 → 6", checks: ["a", "b", "c", "d", "e", "f"] },
    ];
    expect(told(note, { differences })).toBe(
      [
        "🔁 The run manifest changed: it is `a1b2c3d4` now.",
        "• rerank.top_n: 18 → 12 · _checked by CONFIG_HASH, Rerank settings_",
        "• configuration.sha256: abababababab… → cdcdcdcdcdcd…",
        "• ingest_run.chunks: 5 → 6 · _checked by a, b, c, d and 2 more_",
      ].join("\n"),
    );
    expect(told(note, {})).toContain("• from the journal");
  });

  test("a workspace without files hears why, and where the document is", () => {
    const said = text({ kind: "files-refused", because: "missing_scope" });
    expect(said).toContain("`files:write`");
    expect(said).toContain("golive manifest show --service support-docs");
    expect(text({ kind: "files-refused", because: "HTTP 500" })).toContain("did not take the file (`HTTP 500`)");
  });

  test("stays within Slack's limits for any facts", () => {
    fc.assert(
      fc.property(extreme(3_000), (long) => {
        const many = <T>(one: T): T[] => Array.from({ length: 40 }, () => one);
        const known: NotedManifest = {
          summary: {
            ...summary,
            run: long,
            config: long,
            configHash: long,
            commit: long,
            branch: long,
            models: many({ role: long, asked: long }),
            datasets: many({ id: long, cases: 1 }),
            missing: many(long),
          },
          differences: many({ text: long, checks: many(long) }),
        };
        for (const note of [
          frozen,
          { kind: "manifest-changed", from: long, hash: long, changes: many(long) } as const,
        ]) {
          expect(messageBreaches(noteMessage(note, long, known).blocks)).toEqual([]);
        }
      }),
      { numRuns: 60 },
    );
  }, 60_000);
});

const plan = { trials: 130, calls: 520, seconds: 4_320, dollars: 1.2 };
const end = { trials: 130, graded: 126, refusals: 2, ungraded: 1, failed: 1 };

describe("notes about the evaluation", () => {
  const ended = (change: Partial<Extract<Note, { kind: "evaluation-ended" }>>) =>
    text({
      kind: "evaluation-ended",
      evaluation: "ev_1",
      end: { ...end, outcome: "finished", reason: null },
      known: false,
      ...change,
    });

  test("the beginning says what it will take, and that a crash loses nothing", () => {
    const said = text({ kind: "evaluation-started", evaluation: "ev_1", plan });
    expect(said).toContain("130 questions, some 520 model calls, about 1 h 12 min when nobody else asks; about $1.20");
    expect(said).toContain("`ev_1` goes on where it stopped");
    const unpriced = text({ kind: "evaluation-started", evaluation: "ev_1", plan: { ...plan, dollars: null } });
    expect(unpriced).toContain("no price of the judge is configured");
  });

  test("the end says what came of it, and leaves the verdict to the checks", () => {
    expect(ended({})).toBe(
      "✅ *The evaluation is finished*: 126 graded, 2 unanswerable ones looked at for refusals, 2 without a score, of 130 questions. Its report is attached. What it means is said by the checks that rest on it.",
    );
    expect(ended({ known: true })).toContain("`ev_1` has evaluated exactly this already");
    const lost = { ...end, outcome: "inconclusive", reason: "30 of 130 trials have no score." } as const;
    expect(ended({ end: lost })).toContain("⚠️ *The evaluation is inconclusive*: 30 of 130 trials have no score.");
    const nothing = {
      trials: 130,
      graded: 0,
      refusals: 0,
      ungraded: 0,
      failed: 0,
      outcome: "cancelled",
      reason: "It was stopped.",
    } as const;
    expect(ended({ end: nothing })).not.toContain("report");
    expect(ended({ evaluation: null, end: nothing })).toBe("The evaluation was stopped before it began.");
  });

  test("a report that can't be attached doesn't claim that the manifest is missing", () => {
    const said = text({ kind: "files-refused", because: "missing_scope", file: "evaluation-report" });
    expect(said).toContain("The evaluation's report could not be attached");
    expect(said).toContain("golive eval list --service support-docs");
  });
});

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

  test("going live says what answers now, what did before, and where a canary tells of it", () => {
    const said = text({ kind: "live", live: b, before: a, by: rina });
    expect(said).toContain("`support-docs` answers from `run-b` (config `config-2`), cut over by Rina Ray");
    expect(said).toContain("Before: `run-a`");
    expect(said).toContain("A canary begins, in a message of its own");
  });

  test("passes come in one note with their numbers", () => {
    const passed = ["a", "b"].map((check) => ({ check, title: check, summary: `0 of 5 in ${check}.` }));
    expect(text({ kind: "checks-passed", passed, notApplicable: [], green: 5, total: 9 })).toBe(
      "✅ 2 checks pass now: 5 of 9 in all.\n• *a*: 0 of 5 in a.\n• *b*: 0 of 5 in b.",
    );
  });

  test("those who have to sign are mentioned, item by item, with how many are needed", () => {
    const one = { signOff: "dq", title: "Data quality", missing: 1, who: [dan, mei] };
    expect(text({ kind: "signatures-asked", asks: [one] })).toBe(
      "✍️ *Data quality* can be signed now, in the release message: one signature of <@U0DAN001> <@U0MEI001>",
    );
    const two = { signOff: "go", title: "Go-ahead", missing: 2, who: [rina, dan] };
    expect(text({ kind: "signatures-asked", asks: [one, two] })).toBe(
      "✍️ 2 sign-offs can be given now, in the release message.\n• *Data quality*: one signature of <@U0DAN001> <@U0MEI001>\n• *Go-ahead*: 2 signatures of <@U0RINA01> <@U0DAN001>",
    );
  });

  test("many passes are told by title, and what doesn't apply apart from them with its reason", () => {
    const passed = Array.from({ length: 12 }, (_, at) => ({ check: `c${at}`, title: `Check ${at}`, summary: "fine" }));
    const notApplicable = [{ check: "rerank", title: "Rerank settings", summary: "no reranker" }];
    const said = text({ kind: "checks-passed", passed, notApplicable, green: 13, total: 17 });
    expect(said).toMatch(
      /^✅ 12 checks pass now, 1 check does not apply: 13 of 17 in all\.\nCheck 0 · Check 1 · .* · Check 11\n/,
    );
    expect(said).toMatch(/\n➖ not applicable · \*Rerank settings\*: no reranker$/);
    expect(said).not.toContain("fine");
    expect(text({ kind: "checks-passed", passed: [], notApplicable, green: 13, total: 17 })).toMatch(
      /^➖ 1 check does not apply: 13 of 17 in all\.\n➖/,
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

  test("a message posted again tells its new thread the story so far, and where the whole of it is", () => {
    const said = text({
      kind: "posted-again",
      by: rina,
      at: NOW,
      manifest: "a1b2c3d4e5",
      green: 7,
      total: 9,
      not: ["Prefix leakage"],
      waived: [],
      signed: [{ title: "Data quality", by: [dan] }],
      voided: 1,
      vetoed: [],
      phase: "signing",
    });
    expect(said).toContain("posted again; the thread of the one before is gone");
    expect(said).toContain("Started by Rina Ray");
    expect(said).toContain("7 of 9 checks open their gates. Not: *Prefix leakage*.");
    expect(said).toContain("Signed: *Data quality* (Dan Ito).");
    expect(said).toContain("1 signature no longer counted and was not given again.");
    expect(said).toContain("`golive audit export`");
    expect(said).not.toContain("<@");
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
          { kind: "manifest-frozen", hash: long },
          { kind: "files-refused", because: long },
          { kind: "evaluation-started", evaluation: long, plan },
          { kind: "evaluation-stopped", by },
          ...(["finished", "cancelled", "inconclusive"] as const).map(
            (outcome): Note => ({
              kind: "evaluation-ended",
              evaluation: long,
              end: { ...end, outcome, reason: long },
              known: false,
            }),
          ),
          { kind: "check-failed", check: long, title: long, verdict: "error", summary: long, next: long, attempt: 1 },
          {
            kind: "checks-passed",
            passed: many.map((summary) => ({ check: long, title: long, summary })),
            notApplicable: many.map((summary) => ({ check: long, title: long, summary })),
            green: 1,
            total: 2,
          },
          {
            kind: "signatures-asked",
            asks: many.map(() => ({ ...one, missing: 2, who: Array.from({ length: 50 }, () => by) })),
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
          {
            kind: "posted-again",
            by,
            at: NOW,
            manifest: long,
            green: 1,
            total: 2,
            not: many,
            waived: many,
            signed: many.map((title) => ({ title, by: Array.from({ length: 50 }, () => by) })),
            voided: 3,
            vetoed: many,
            phase: long,
          },
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
