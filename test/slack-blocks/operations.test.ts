import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { validateMessageBlocks } from "#sandbox/slack/block-kit/validate";
import { newAgenda } from "#src/operations/evolve-agenda";
import type { ResultNote } from "#src/operations/notes";
import { OPERATIONS } from "#src/operations/operation";
import { scheduleView } from "#src/operations/schedule-view";
import type { AgendaState } from "#src/operations/state";
import { type WeekRow, weekView } from "#src/operations/week-view";
import { operationLine, operationResult, operationSkips, operationsUnseen } from "#src/slack/blocks/operation-notes";
import { scheduleReply, startedReply } from "#src/slack/blocks/schedule-reply";
import { weekMessage } from "#src/slack/blocks/week-message";
import {
  atNight,
  calendar,
  DAY,
  finish,
  fire,
  HOUR,
  NIGHT,
  play,
  request,
  schedule,
  scheduled,
  unscheduled,
} from "#test/operations/story";
import { budgetBreaches, messageBreaches, readText } from "#test/slack-blocks/check-limits";
import { dan } from "#test/slack-blocks/fixtures";
import { extreme } from "#test/slack-blocks/hostile";

const asSent = (value: unknown) => JSON.parse(JSON.stringify(value));
function isSendable({ text, blocks }: { readonly text: string; readonly blocks: readonly object[] }): void {
  const sent = asSent(blocks);
  expect([...messageBreaches(sent), ...budgetBreaches(sent)]).toEqual([]);
  expect(validateMessageBlocks(sent, () => false)).toMatchObject({ ok: true });
  expect(text.length).toBeLessThanOrEqual(600);
  expect(text).not.toBe("");
}

const result = (change: Partial<ResultNote> = {}): ResultNote => ({
  kind: "operation-result",
  operation: "op_1",
  operationKind: "backup",
  number: 7,
  verdict: "fail",
  summary: "bk_1 is damaged: a file is missing.",
  ...change,
});

describe("the week's message", () => {
  const read = (story: ReturnType<typeof atNight>, week = "2026-W48"): string => {
    const facts = story.facts.filter(({ stream }) => stream.startsWith("agenda/"));
    const message = weekMessage(weekView("docs", week, facts as never), NIGHT);
    return message === null ? "" : `${message.text}\n${readText(asSent(message.blocks))}`;
  };

  test("isn't there while nothing was due, and is of nights that were all skipped", () => {
    expect(read(atNight())).toBe("");
    const skipped = read(play(atNight(), fire({ isLive: false })));
    expect(skipped).toMatch(/docs, week 2026-W48: 1 skipped\n.*➖ skipped · \*Smoke\* .* · Nothing is live/s);
  });

  test("has a row per run: running, ended, asked for, made up for, skipped", () => {
    const monday = play(atNight({ smoke: schedule(), backup: schedule() }), fire());
    expect(read(monday)).toMatch(/docs, week 2026-W48: 1 running\n.*⏳ running · \*Smoke\* #1/s);
    const tuesday = play({ ...play(monday, finish("fail")), now: NIGHT + 2 * DAY }, fire({ operation: "op_2" }));
    const asked = play(tuesday, request({ kind: "drill", operation: "op_3" }));
    const skipped = play(asked, fire({ kind: "smoke", operation: "op_4" }));
    const text = read(play({ ...skipped, now: NIGHT + 3 * DAY }, fire({ operation: "op_5" })));
    expect(text).toContain("❌ fail · *Smoke* #1");
    expect(text).toMatch(/⏳ running · \*Smoke\* #2 .* · also for 1 missed before/);
    expect(text).toMatch(/\*Restore drill\* #1 .* · asked for by Rosa Lind/);
    expect(text).toMatch(/➖ skipped · \*Smoke\* .* · Run #2 had not ended/);
  });

  test("has what began in it, whenever that ends, and nothing of other weeks", () => {
    const begun = play(atNight(), fire());
    const ended = play({ ...begun, now: NIGHT + 8 * DAY }, finish(), fire({ operation: "op_2" }));
    expect(read(ended)).toMatch(/✅ pass · \*Smoke\* #1/);
    expect(read(ended)).not.toContain("#2");
    expect(read(ended, "2026-W49")).toMatch(/⏳ running · \*Smoke\* #2/);
  });

  test("is taken by Slack whatever it holds, and says what it leaves out", () => {
    const texts = fc.record({
      says: extreme(3_000),
      by: extreme(200),
      service: extreme(80),
      rows: fc.integer({ min: 1, max: 400 }),
    });
    fc.assert(
      fc.property(texts, ({ says, by, service, rows }) => {
        const made = Array.from({ length: rows }, (_, index): WeekRow => {
          const common = {
            kind: OPERATIONS[index % 6] ?? "smoke",
            at: NIGHT + index * HOUR,
            number: index,
            missed: index,
          };
          return index % 5 === 0
            ? { ...common, standing: "skipped", because: "overlap", says, fires: index }
            : { ...common, standing: "ended", by, verdict: "inconclusive", summary: says, endedAt: NIGHT };
        });
        const message = weekMessage({ service, week: "2026-W48", rows: made }, NIGHT);
        if (message === null) throw new Error("there are rows, and no message");
        isSendable(message);
        if (rows > 50) expect(JSON.stringify(message.blocks)).toContain("earlier ones are in the journal");
      }),
      { numRuns: 60 },
    );
  });
});

describe("/golive schedule", () => {
  const say = (agenda: AgendaState, now: number): string => {
    const message = scheduleReply(scheduleView(agenda, calendar, now));
    isSendable(message);
    return `${message.text}\n${readText(asSent(message.blocks))}`;
  };

  test("says that nothing is scheduled", () => {
    expect(say(newAgenda("docs"), NIGHT)).toMatch(/Nothing of `docs` is scheduled/);
  });

  test("names the next of all first, then each with its rhythm", () => {
    const { agenda, now } = scheduled({ smoke: schedule(), backup: schedule({ cron: "0 1 * * *" }) });
    const text = say(agenda, now);
    expect(text).toMatch(/^Next of `docs`: Backup <!date\^1795478400\^/);
    expect(text).toMatch(/\*Smoke\* · <!date\^1795483800\^.*`30 2 \* \* \*` Europe\/Berlin/);
    expect(text).toMatch(/\*Morning digest\* · not scheduled/);
  });

  test("says what runs, what came of the last, when it last passed, and what was skipped since", () => {
    const passed = play(atNight(), fire(), finish("pass"));
    const failed = play({ ...passed, now: NIGHT + DAY }, fire({ operation: "op_2" }), finish("fail"));
    expect(say(failed.agenda, failed.now)).toMatch(/❌ fail · #2 .*\nThe last that passed: #1/);
    const skipped = play({ ...failed, now: NIGHT + 2 * DAY }, fire({ operation: "op_3", isLive: false }));
    expect(say(skipped.agenda, skipped.now)).toMatch(/➖ skipped · .* · Nothing is live/);
    const running = play({ ...skipped, now: NIGHT + 3 * DAY }, fire({ operation: "op_4" }));
    expect(say(running.agenda, running.now)).toMatch(/⏳ running · #3 since/);
    const again = play({ ...running, now: NIGHT + 4 * DAY }, finish("pass"));
    expect(say(again.agenda, again.now)).not.toContain("skipped");
  });

  test("says that what is due waits", () => {
    const { agenda } = scheduled();
    expect(say(agenda, NIGHT + HOUR)).toMatch(/due since .*: it begins as soon as nothing is being moved/);
    expect(unscheduled.agenda.entries.smoke.schedule).toBeNull();
  });

  test("is taken by Slack with the longest of everything", () => {
    const failed = play(atNight(), fire(), {
      type: "finish",
      finding: { verdict: "fail", summary: "<!channel> *x* ".repeat(400), result: {} },
    });
    const entries = Object.fromEntries(OPERATIONS.map((kind) => [kind, failed.agenda.entries.smoke]));
    say({ ...failed.agenda, entries: entries as AgendaState["entries"] }, NIGHT);
  });
});

describe("results", () => {
  test("that passed are one line; others mention who is on call, say what it means, and smuggle nothing in", () => {
    expect(operationLine(result({ verdict: "pass" })).text).toBe(
      "✅ pass · Backup #7: bk_1 is damaged: a file is missing.",
    );
    const loud = operationResult(result({ summary: "<!channel> broke" }), "docs", [dan]);
    expect(readText(asSent(loud.blocks))).toMatch(/❌ fail · Backup #7.*&lt;!channel&gt; broke.*please look at it/s);
    expect(JSON.stringify(loud.blocks)).not.toContain("<!channel>");
    expect(startedReply("Smoke", "docs").text).toMatch(/^Smoke of `docs` has begun/);
    expect(operationsUnseen("docs", { channel: "C1ABC", because: "channel-archived" }).text).toContain("is archived");
  });

  test.each(["pass", "fail", "inconclusive", "error"] as const)(
    "%s are taken by Slack whatever they say",
    (verdict) => {
      fc.assert(
        fc.property(extreme(5_000), extreme(80), (summary, service) => {
          isSendable(operationLine(result({ verdict, summary })));
          isSendable(
            operationSkips({ kind: "operation-skips", operationKind: "smoke", fires: 3, says: summary }, service),
          );
          isSendable(operationResult(result({ verdict, summary }), service, [dan]));
        }),
        { numRuns: 40 },
      );
    },
  );
});
