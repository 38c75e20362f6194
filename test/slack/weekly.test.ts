import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { operationStream } from "#src/operations/events";
import { createDecideOperation } from "#src/operations/use-cases/decide-operation";
import type { Person } from "#src/release/people";
import { carry } from "#src/slack/blocks/carried";
import { ACTIONS, CALLBACKS, INPUT_BLOCKS, INPUTS } from "#src/slack/ids";
import { weeklyFinding } from "#test/operations-weekly/story";
import { type Releasers, release, until } from "#test/sandbox/bolt-app";
import { type AppBench, buttonsIn, SERVICE, startApp, whispers } from "#test/slack/app-bench";
import { CHANNEL, posted } from "#test/slack/bench";

const releasers: Releasers = [];
afterAll(() => release(releasers));
const eventually = { timeout: 8_000, interval: 20 };
const rosa: Person = { id: "U0ROSA", name: "Rosa Lind", kind: "member" };

let made: AppBench;
let id: string;

/** A weekly run that ended like this, as a worker journals it. */
async function ended(finding: Awaited<ReturnType<typeof weeklyFinding>>): Promise<string> {
  const { journal, clock, operations } = made.core;
  const members = { "release-manager": [rosa] };
  const asked = await operations.useCases.request(SERVICE, "weekly", null, { actor: rosa, members });
  if (!asked.ok) throw new Error(JSON.stringify(asked.refusal));
  const decide = createDecideOperation({ journal, clock, calendar: operations.calendar });
  await decide(SERVICE, asked.id, null, { type: "finish", finding: JSON.parse(JSON.stringify(finding)) });
  return asked.id;
}

const messages = () =>
  posted(made.slack).filter(({ blocks }) => JSON.stringify(blocks).includes("Weekly evaluation #"));
const message = () => messages().find(({ blocks }) => JSON.stringify(blocks).includes(id));
const shown = () => expect.poll(() => JSON.stringify(message()?.blocks ?? []), eventually);
const steps = async () =>
  (await made.core.journal.load(operationStream(id)))
    .map(({ event }) => event.type)
    .filter((type) => /^sop/.test(type));

async function press(user: string, action: string, place = 0): Promise<void> {
  const find = () => buttonsIn(message()?.blocks ?? [], action)[place];
  await until(`the button ${action}`, () => find() !== undefined, 8_000);
  const [button, drawn] = [find(), message()];
  if (button === undefined || drawn === undefined) throw new Error("the message is gone");
  const done = await made.slack.hands.click(user, { channel: CHANNEL, ts: drawn.ts }, button.blockId, button.actionId);
  if (!done.ok) throw new Error(done.error);
}

beforeAll(async () => {
  made = await startApp(releasers, {});
  id = await ended(await weeklyFinding(16, { gold: "missing", answer: "made-up" }));
});

describe("a weekly run in the channel", () => {
  it("that failed is told with its cause, and mentions the owner of its card once", async () => {
    await shown().toContain("Cause: retrieval (sure)");
    expect(JSON.stringify(message()?.blocks)).toContain("<@U0DAN>");
  });

  it("has steps that are begun once, however often the click arrives", async () => {
    made.slack.faults.nextDelivery("interaction", { kind: "duplicate" });
    await press("U0OMAR", ACTIONS.sopStart);
    await shown().toContain("⏳ begun · 1.");
    expect(await steps()).toEqual(["sop-step-started"]);
    expect(JSON.stringify(message()?.blocks)).not.toContain("<@U0DAN>");
  });

  it("asks what came of a step, and shows who did it with the note", async () => {
    await press("U0OMAR", ACTIONS.sopDone);
    const top = () => made.slack.workspace.views("U0OMAR").at(-1);
    await expect.poll(() => top()?.view.callback_id, eventually).toBe(CALLBACKS.sopDone);
    const submit = (note: string) =>
      made.slack.hands.submit("U0OMAR", top()?.id ?? "", { [INPUT_BLOCKS.reason]: { [INPUTS.reason]: note } });
    expect(await submit("Tables are cut in half.")).toEqual({ ok: true });
    await shown().toMatch(/✅ done · 1\..*Omar.*Tables are cut in half\./);
    expect(await steps()).toEqual(["sop-step-started", "sop-step-done"]);
  });

  it("shows everything on Details", async () => {
    await press("U0OMAR", ACTIONS.weeklyDetails);
    const top = () => JSON.stringify(made.slack.workspace.views("U0OMAR").at(-1)?.view ?? {});
    await expect.poll(top, eventually).toContain("By tag, what lost most first");
  });

  it("knows no step that isn't in the run, whatever a button carries", async () => {
    const { operations } = made.core;
    const { findStep } = await import("#src/slack/listeners/sop-step");
    const find = (card: string, step: string) => findStep({ operations: operations.useCases }, id, { card, step });
    expect(await find("gold-not-retrieved", "decide")).not.toBeNull();
    expect(await find("gold-not-retrieved", "rm-rf")).toBeNull();
    expect(await find("constructor", "decide")).toBeNull();
    expect(carry({ r: id, i: "a/b" })).not.toBeNull();
  });

  it("refuses a guest, and records nothing", async () => {
    const before = await steps();
    await press("U0GUS", ACTIONS.sopStart);
    await expect.poll(() => whispers(made.slack, "U0GUS").at(-1), eventually).toMatch(/can't work on this card/);
    expect(await steps()).toEqual(before);
  });

  it("that passed has no message of its own: its line stands in the week's thread", async () => {
    const quiet = await ended(await weeklyFinding(0, {}));
    const thread = () =>
      made.slack.workspace
        .messages(CHANNEL, "U0ROSA")
        .filter(({ threadTs }) => threadTs !== null)
        .map(({ text }) => text)
        .join("\n");
    await expect.poll(thread, eventually).toMatch(/✅ pass · Weekly evaluation #2: .*nothing is proven worse/);
    expect(messages().some(({ blocks }) => JSON.stringify(blocks).includes(quiet))).toBe(false);
  });
});
