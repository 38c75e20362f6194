import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ResourcesNow, resourcesLine } from "#src/release/resources-line";
import { helpReply, sentencesReply, unknownWordsReply } from "#src/slack/blocks/command-replies";
import { manifestReply } from "#src/slack/blocks/manifest-reply";
import { statusReply } from "#src/slack/blocks/status-reply";
import { BUDGET } from "#src/slack/limits";
import { messageBreaches, readText } from "#test/slack-blocks/check-limits";
import { failingView, frozenSummary, NOW, rina, signOffView, view } from "#test/slack-blocks/fixtures";
import { anyView, extreme } from "#test/slack-blocks/hostile";

const RESOURCES: ResourcesNow = {
  processes: 2,
  silent: 0,
  eventLoopLagMs: 12,
  rssBytes: 210 * 1024 * 1024,
  cpuShare: 0.08,
  jobsWaiting: 3,
  models: { inFlight: 1, maxInFlight: 1, waiting: 4, bookedMs: 7_200 },
};
const LINE =
  "Resources: 2 processes · event loop p99 12 ms · 210 MB · CPU 8 % · 3 jobs waiting · models 1 of 1 in flight, 4 waiting, next start in 8 s";

const live = { run: "run-a", config: "config-1" };

describe("/golive manifest", () => {
  const reply = (...args: Parameters<typeof manifestReply>) => readText(manifestReply(...args).blocks);

  test("says which release froze it and what stands in it, and where the whole document is", () => {
    const text = reply(view(), "support-docs", frozenSummary);
    expect(text).toContain("Release #12 of `support-docs` (open) froze manifest `a1b2c3d4` <!date^");
    expect(text).toContain("• Run `run-b` (41,220 chunks) with config `config-2`, CONFIG_HASH `0f1e2d3c`");
    expect(text).toContain("`golive manifest show --service support-docs`");
    expect(text).toContain("`golive manifest diff A B`");
  });

  test("without a release, without a frozen manifest, without its document: says so, and what to do", () => {
    expect(reply(null, "support-docs", null)).toContain("no release of `support-docs` yet");
    expect(reply(null, "support-docs", null)).toContain("golive manifest generate --service support-docs");
    expect(reply(view({}, { manifest: null }), "support-docs", null)).toContain("has frozen no manifest yet");
    const ended = { at: NOW, by: rina, reason: "" };
    expect(reply(view({}, { manifest: null, standing: "cancelled", ended }), "support-docs", null)).not.toContain(
      "yet",
    );
    expect(reply(view(), "support-docs", null)).toContain("Its document is not kept");
  });

  test("stays within Slack's limits for any facts", () => {
    fc.assert(
      fc.property(anyView, extreme(3_000), (shown, long) => {
        const summary = { ...frozenSummary, run: long, config: long, branch: long, missing: Array(30).fill(long) };
        expect(messageBreaches(manifestReply(shown, long, summary).blocks)).toEqual([]);
      }),
      { numRuns: 40 },
    );
  }, 60_000);
});

describe("/golive status", () => {
  test("says what is live, how the release stands, what blocks it, and links the channel", () => {
    const text = readText(statusReply(failingView(), "support-docs", live, RESOURCES).blocks);
    expect(text).toContain("`support-docs` answers from `run-a` (config `config-1`).");
    expect(text).toContain("*Release #12* to `run-b`");
    expect(text).toContain("prefix-leakage: 3 of 41,220 chunks");
    expect(text).toContain("<#C0RELEASE>");
  });

  test("says how Golive itself does, over all its processes, with a release and without", () => {
    expect(readText(statusReply(failingView(), "support-docs", live, RESOURCES).blocks)).toContain(LINE);
    expect(readText(statusReply(null, "support-docs", null, RESOURCES).blocks)).toContain(LINE);
    const unread = readText(statusReply(null, "support-docs", null, "unread").blocks);
    expect(unread).toContain("Resources: could not be read just now");
  });

  test.each([
    [
      { ...RESOURCES, processes: 1, jobsWaiting: 1, models: null },
      "1 process · event loop p99 12 ms · 210 MB · CPU 8 % · 1 job waiting",
    ],
    [{ ...RESOURCES, processes: 0, models: null }, "no process reports · 3 jobs waiting"],
    [
      { ...RESOURCES, eventLoopLagMs: Number.NaN, models: null },
      "2 processes · event loop p99 ? ms · 210 MB · CPU 8 % · 3 jobs waiting",
    ],
  ])("has words for one, none, and what is no number: %#", (now, words) => {
    expect(resourcesLine(now)).toBe(`Resources: ${words}`);
  });

  test("lists who is asked to sign now, by plain name", () => {
    const shown = view({ phase: "signing", signOffs: [signOffView("data-quality")] });
    const text = readText(statusReply(shown, "support-docs", live, RESOURCES).blocks);
    expect(text).toContain("✍️ *data-quality*: Dan Ito or Mei Sato");
    expect(text).not.toContain("<@");
  });

  test("a pointer that moved without Golive is said, with what it means for the release", () => {
    const text = readText(
      statusReply(failingView(), "support-docs", { run: "run-x", config: "config-1" }, RESOURCES).blocks,
    );
    expect(text).toContain("the pointer was moved since. A cutover of this release would be refused");
  });

  test("after going live the candidate is what is expected, so nothing is said to have moved", () => {
    const gone = view({ phase: "live" }, { standing: "live", ended: { at: NOW, by: rina, reason: "" } });
    expect(
      readText(statusReply(gone, "support-docs", { run: "run-b", config: "config-2" }, RESOURCES).blocks),
    ).not.toContain("moved");
  });

  test("no release yet says how to start one; an unreadable store is said, never guessed", () => {
    const text = readText(statusReply(null, "support-docs", null, RESOURCES).blocks);
    expect(text).toContain("Nothing is live in `support-docs` yet");
    expect(text).toContain("/golive start support-docs");
    expect(readText(statusReply(null, "support-docs", "unread", "unread").blocks)).toContain("could not be read");
  });

  test("stays within Slack's limits for any release", () => {
    fc.assert(
      fc.property(anyView, extreme(200), (shown, text) => {
        const reply = statusReply(shown, text, { run: text, config: text }, RESOURCES);
        expect(messageBreaches(reply.blocks)).toEqual([]);
        expect(reply.text.length).toBeLessThanOrEqual(BUDGET.message.text);
      }),
      { numRuns: 60 },
    );
  }, 60_000);
});

describe("other replies", () => {
  test("unknown words are echoed harmlessly, with what was probably meant, and nothing was done", () => {
    const reply = unknownWordsReply("`/golive` doesn't know “<!channel>”.", ["/golive status"]);
    expect(readText(reply.blocks)).toContain("&lt;!channel&gt;");
    expect(readText(reply.blocks)).toContain("Did you mean `/golive status`? Nothing was done.");
    expect(readText(unknownWordsReply("Hm.", []).blocks)).toContain("`/golive help`");
  });

  test("help names every command", () => {
    const text = readText(helpReply().blocks);
    for (const command of ["start", "status", "rerun", "cancel", "unlock", "help"])
      expect(text).toContain(`/golive ${command}`);
    expect(messageBreaches(helpReply().blocks)).toEqual([]);
  });

  test("stay within Slack's limits for any text", () => {
    fc.assert(
      fc.property(extreme(9_000), fc.array(extreme(200), { maxLength: 8 }), (text, nearest) => {
        for (const reply of [sentencesReply(text), unknownWordsReply(text, nearest)]) {
          expect(messageBreaches(reply.blocks)).toEqual([]);
          expect(reply.text.length).toBeLessThanOrEqual(BUDGET.message.text);
        }
      }),
    );
  });
});
