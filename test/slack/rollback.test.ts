import { afterEach, describe, expect, it } from "vitest";
import { ingest } from "#sandbox/rag/ingest";
import { setPointer } from "#sandbox/rag/rag-store";
import type { Pair } from "#src/release/events";
import { GOLIVE } from "#src/release/people";
import type { RollbackIntent } from "#src/rollback/intents";
import { nextStep } from "#src/rollback/state";
import { createDecideRollback } from "#src/rollback/use-cases/decide-rollback";
import { ACTIONS, CALLBACKS, INPUT_BLOCKS, INPUTS } from "#src/slack/ids";
import { type Releasers, release } from "#test/sandbox/bolt-app";
import { type AppBench, buttonsIn, press, releaseMessage, SERVICE, startApp, whispers } from "#test/slack/app-bench";
import { CHANNEL, posted } from "#test/slack/bench";

const releasers: Releasers = [];
afterEach(() => release(releasers));

const eventually = { timeout: 40_000, interval: 20 };
const A: Pair = { run: "run-a", config: "v1" };
const B: Pair = { run: "run-2", config: "v1" };

const BODY = "# Resets\n\nHold the button for ten seconds, then wait for the light.\n";
const DOCUMENTS = [{ path: "resets.md", title: "Resets", body: BODY }];

/** run-2 is live, and before it run-a was. */
async function bench(options?: Parameters<typeof startApp>[1]): Promise<AppBench> {
  const made = await startApp(releasers, options);
  await ingest({ connectionString: made.storeUrl, run: A.run, from: { documents: DOCUMENTS } });
  await setPointer(made.storeUrl, SERVICE, B);
  const flipped = { type: "pointer-flipped", release: "rel_1", flip: "f1", from: A, to: B } as const;
  const event = { stream: `service/${SERVICE}`, at: made.core.clock.now(), by: GOLIVE, event: flipped };
  await made.core.journal.transact(SERVICE, null, [`service/${SERVICE}`], () => ({
    outcome: null,
    events: [event],
    jobs: [],
    repaint: [],
    posts: [],
  }));
  return made;
}

const type = ({ slack }: AppBench, user: string, text: string, channel = CHANNEL) =>
  slack.hands.command(user, channel, "/rollback", text);
const top = ({ slack }: AppBench, user: string) => slack.workspace.views(user).at(-1);
const opened = (made: AppBench, user: string, callback: string) =>
  expect.poll(() => top(made, user)?.view.callback_id, eventually).toBe(callback);
const whisper = (made: AppBench, user: string, channel = CHANNEL) =>
  expect.poll(() => whispers(made.slack, user, channel).at(-1), eventually);
const rollbackOf = async ({ core }: AppBench) => (await core.rollbacks.currentRollback(SERVICE))?.rollback ?? null;
const standing = (made: AppBench) => expect.poll(async () => (await rollbackOf(made))?.standing, eventually);
const shown = (made: AppBench) => expect.poll(() => JSON.stringify(releaseMessage(made.slack)?.blocks), eventually);

function confirm(made: AppBench, user: string, service = SERVICE, reason = "F1 fell to .52") {
  return made.slack.hands.submit(user, top(made, user)?.id ?? "", {
    [INPUT_BLOCKS.reason]: { [INPUTS.reason]: reason },
    [INPUT_BLOCKS.serviceName]: { [INPUTS.serviceName]: service },
  });
}

/** Asks for the state before, and confirms its plan. */
async function ask(made: AppBench, user: string): Promise<void> {
  expect(await type(made, user, "previous")).toEqual({ ok: true });
  await opened(made, user, CALLBACKS.rollbackPlan);
  expect(await confirm(made, user)).toEqual({ ok: true });
  await expect.poll(() => posted(made.slack).length, eventually).toBe(1);
}

/** Does all steps, as the job does; the flip itself with the store's pointer. */
async function carryOut(made: AppBench): Promise<void> {
  const { journal, clock } = made.core;
  const decide = createDecideRollback({ journal, clock });
  const id = (await rollbackOf(made))?.id ?? "";
  const now = (intent: RollbackIntent) => decide(SERVICE, id, null, intent);
  for (;;) {
    const state = await rollbackOf(made);
    const step = state === null ? null : nextStep(state);
    if (step === null) break;
    await now({ type: "start-step", step });
    if (step === "flip") {
      await now({ type: "intend-flip", flip: "flip/1" });
      await setPointer(made.storeUrl, SERVICE, A);
      await now({ type: "settle-flip", flip: "flip/1", outcome: "flipped", live: A });
    } else {
      await now({ type: "finish-step", step, result: { outcome: "done", detail: `${step} was done.`, facts: {} } });
    }
  }
  await now({ type: "end", live: A });
}

describe.each(["http", "socket"] as const)("over %s", (mode) => {
  it("whoever may roll back types it, confirms the plan, and reads in one message how it goes and ends", async () => {
    const made = await bench({ mode });
    await ask(made, "U0OMAR");
    await standing(made).toBe("running");
    await shown(made).toContain("Rolling back");
    await carryOut(made);
    await shown(made).toContain("Answering from `run-a`");
    expect(posted(made.slack)).toHaveLength(1);
    expect(releaseMessage(made.slack)?.text).toMatch(/answers from `run-a`.*rollback #1 is complete/);
  });
});

describe("the plan", () => {
  it("is shown before anything happens, and the name of the service has to be typed again", async () => {
    const made = await bench();
    await type(made, "U0OMAR", "previous");
    await opened(made, "U0OMAR", CALLBACKS.rollbackPlan);
    expect(JSON.stringify(top(made, "U0OMAR")?.view.blocks)).toContain("run-2 with v1 → run-a with v1");
    await confirm(made, "U0OMAR", "support-doc");
    expect(top(made, "U0OMAR")?.errors).toEqual({
      [INPUT_BLOCKS.serviceName]: expect.stringContaining("Type support-docs exactly"),
    });
    expect(await rollbackOf(made)).toBeNull();
    expect(await confirm(made, "U0OMAR")).toEqual({ ok: true });
    await standing(made).toBe("running");
    expect(await rollbackOf(made)).toMatchObject({ reason: "F1 fell to .52", requester: { id: "U0OMAR" } });
  });

  it("that was overtaken is not done, and the person hears why", async () => {
    const made = await bench();
    await type(made, "U0OMAR", "previous");
    await opened(made, "U0OMAR", CALLBACKS.rollbackPlan);
    const view = top(made, "U0OMAR");
    const stale = JSON.stringify({ ...JSON.parse(String(view?.view.private_metadata)), s: "000000000000" });
    const values = {
      [INPUT_BLOCKS.reason]: { [INPUTS.reason]: { type: "plain_text_input", value: "F1 fell" } },
      [INPUT_BLOCKS.serviceName]: { [INPUTS.serviceName]: { type: "plain_text_input", value: SERVICE } },
    };
    await made.slack.deliver({
      kind: "interaction",
      payload: {
        type: "view_submission",
        user: { id: "U0OMAR", team_id: "T0GOLIVE" },
        team: { id: "T0GOLIVE" },
        view: { id: "V1", callback_id: CALLBACKS.rollbackPlan, private_metadata: stale, state: { values } },
      },
    });
    await whisper(made, "U0OMAR").toMatch(/what you saw has changed since/);
    expect(await rollbackOf(made)).toBeNull();
  });

  it("of a dry run is whispered, and nothing happens", async () => {
    const made = await bench();
    await type(made, "U0MILA", "previous --dry-run");
    await whisper(made, "U0MILA").toMatch(/A dry run: nothing was changed.*back to `run-a`/);
    expect(await rollbackOf(made)).toBeNull();
    expect(posted(made.slack)).toHaveLength(0);
  });

  it("a submission that arrives twice is one rollback", async () => {
    const made = await bench({ mode: "socket" });
    await type(made, "U0OMAR", "previous");
    await opened(made, "U0OMAR", CALLBACKS.rollbackPlan);
    made.slack.faults.nextDelivery("interaction", { kind: "duplicate" });
    await confirm(made, "U0OMAR");
    await standing(made).toBe("running");
    await made.stopApp();
    expect(await rollbackOf(made)).toMatchObject({ number: 1 });
    expect(whispers(made.slack, "U0OMAR")).toEqual([]);
  });

  it("isn't offered while another rollback waits", async () => {
    const made = await bench();
    await ask(made, "U0MILA");
    await type(made, "U0OMAR", "previous");
    await expect
      .poll(() => JSON.stringify(top(made, "U0OMAR")?.view.blocks), eventually)
      .toContain("Rollback #1 is waiting or under way already");
  });
});

describe("who may", () => {
  it("anybody asks, from the list of what there is; whoever has the right confirms", async () => {
    const made = await bench();
    await type(made, "U0MILA", "");
    await opened(made, "U0MILA", CALLBACKS.rollbackChoices);
    const view = top(made, "U0MILA");
    const [button] = buttonsIn((view?.view.blocks ?? []) as never[], ACTIONS.rollbackChoose);
    await made.slack.hands.click("U0MILA", { viewId: view?.id ?? "" }, button?.blockId ?? "", button?.actionId ?? "");
    await opened(made, "U0MILA", CALLBACKS.rollbackPlan);
    await confirm(made, "U0MILA");
    await shown(made).toContain("Waiting for a confirmation");
    await press(made.slack, "U0MILA", ACTIONS.rollbackConfirm);
    await whisper(made, "U0MILA").toMatch(/Omar Haddad/);
    expect(await rollbackOf(made)).toMatchObject({ standing: "waiting" });
    await press(made.slack, "U0OMAR", ACTIONS.rollbackConfirm);
    await standing(made).toBe("running");
    await shown(made).toContain("confirmed by Omar Haddad");
  });

  it("one who may break the glass does it with a typed reason", async () => {
    const made = await bench();
    await ask(made, "U0MILA");
    await press(made.slack, "U0INES", ACTIONS.rollbackBreakGlass);
    await opened(made, "U0INES", CALLBACKS.rollbackBreakGlass);
    const reason = "Omar can't be reached and answers are wrong";
    await made.slack.hands.submit("U0INES", top(made, "U0INES")?.id ?? "", { reason: { [INPUTS.reason]: reason } });
    await standing(made).toBe("running");
    expect((await rollbackOf(made))?.confirmed).toMatchObject({ how: "break-glass", reason });
    await shown(made).toContain("glass broken by Ines Roy");
  });

  it("whoever asked withdraws it, and nothing was changed", async () => {
    const made = await bench();
    await ask(made, "U0MILA");
    await press(made.slack, "U0MILA", ACTIONS.rollbackWithdraw);
    await opened(made, "U0MILA", CALLBACKS.rollbackWithdraw);
    await made.slack.hands.submit("U0MILA", top(made, "U0MILA")?.id ?? "", {
      reason: { [INPUTS.reason]: "wrong service" },
    });
    await standing(made).toBe("withdrawn");
    await shown(made).toContain("Withdrawn by Mila Berg: wrong service");
  });

  it("a guest sees no plan, no list and no dry run", async () => {
    const made = await bench();
    for (const text of ["", "previous"]) {
      await type(made, "U0GUS", text);
      await expect
        .poll(() => JSON.stringify(top(made, "U0GUS")?.view.blocks), eventually)
        .toMatch(/you're a guest here/);
      await made.slack.hands.closeView("U0GUS", top(made, "U0GUS")?.id ?? "");
    }
    await type(made, "U0GUS", "previous --dry-run");
    await whisper(made, "U0GUS").toMatch(/you're a guest here/);
    expect(JSON.stringify(whispers(made.slack, "U0GUS"))).not.toContain("run-a");
  });

  it("is asked in the service's own channel; elsewhere the reply links there", async () => {
    const made = await bench();
    await type(made, "U0OMAR", `${SERVICE} previous`, "C0GENERAL");
    await whisper(made, "U0OMAR", "C0GENERAL").toMatch(/<#C0RELEASE>/);
    expect(top(made, "U0OMAR")).toBeUndefined();
  });

  it("a typing error is answered with what was probably meant", async () => {
    const made = await bench();
    await type(made, "U0OMAR", "pervious");
    await whisper(made, "U0OMAR").toMatch(/Did you mean `\/rollback previous`\?.*Nothing was done/s);
  });

  it("a backup that isn't there is no target", async () => {
    const made = await bench();
    await type(made, "U0OMAR", "bk_20261123T072641_abc234");
    await expect
      .poll(() => JSON.stringify(top(made, "U0OMAR")?.view.blocks), eventually)
      .toMatch(/bk_20261123T072641_abc234/);
    expect(top(made, "U0OMAR")?.view.submit).toBeNull();
  });
});

describe("the message", () => {
  it("goes without its plan block where Slack refuses it, and still says every step", async () => {
    const made = await bench();
    made.slack.faults.nextCall("chat.postMessage", { kind: "error", error: "invalid_blocks" });
    await ask(made, "U0OMAR");
    const blocks = JSON.stringify(releaseMessage(made.slack)?.blocks);
    expect(blocks).not.toContain('"plan"');
    expect(blocks).toContain("pending · *Flip the pointer back*");
  });

  it("that was posted without an answer is found again, not posted twice", async () => {
    const made = await bench();
    made.slack.faults.nextCall("chat.postMessage", { kind: "timeout-after" });
    await ask(made, "U0OMAR");
    await carryOut(made);
    await shown(made).toContain("Answering from `run-a`");
    expect(posted(made.slack)).toHaveLength(1);
  });

  it("that somebody deletes comes back, with a thread that says where it stands", async () => {
    const made = await bench();
    await ask(made, "U0MILA");
    const ts = releaseMessage(made.slack)?.ts ?? "";
    await made.slack.hands.deleteMessage(CHANNEL, ts);
    await expect.poll(() => threadTexts(made).join("\n"), eventually).toContain("posted again");
    expect(threadTexts(made).join("\n")).toContain("waits for a confirmation");
  });

  it("has the story in its thread, and the incident document in both forms", async () => {
    const made = await bench();
    await ask(made, "U0OMAR");
    await carryOut(made);
    await expect
      .poll(() => threadTexts(made).join("\n"), eventually)
      .toMatch(/asked for rollback #1.*confirmed it.*Done/s);
    const kept = async () => (await made.core.incidents.list(SERVICE)).map(({ markdown, html }) => [markdown, html]);
    await expect.poll(async () => (await kept()).length, eventually).toBe(1);
    await expect.poll(() => files(made).toSorted(), eventually).toHaveLength(2);
    const id = (await made.core.incidents.list(SERVICE))[0]?.id ?? "";
    expect(files(made).toSorted()).toEqual([`${id}.html`, `${id}.md`]);
    const [[markdown = ""] = []] = await kept();
    expect(markdown).toContain("Omar Haddad");
    expect(markdown).toMatch(/The rollback ended as complete/);
  });
});

describe("an announcement", () => {
  const announce = (made: AppBench) =>
    made.core.journal.transact(SERVICE, null, [], () => ({
      outcome: null,
      events: [],
      jobs: [],
      repaint: [],
      posts: [
        {
          key: "pointer-moved/1",
          to: { kind: "channel", channel: CHANNEL },
          note: { kind: "pointer-moved", service: SERVICE, from: A, to: B },
        } as const,
      ],
    }));

  it("that the pointer was moved past Golive stands in the channel, once, also when Slack's answer is lost", async () => {
    const made = await bench();
    made.slack.faults.nextCall("chat.postMessage", { kind: "timeout-after" });
    await announce(made);
    await announce(made);
    const rows = () => made.pool.query("SELECT state FROM golive.outbox WHERE key = 'pointer-moved/1'");
    await expect.poll(async () => (await rows()).rows[0]?.state, eventually).toBe("sent");
    expect(posted(made.slack).map(({ text }) => text)).toEqual([expect.stringMatching(/was moved past Golive/)]);
  });
});

function threadTexts({ slack }: AppBench): string[] {
  return slack.workspace
    .messages(CHANNEL, "U0ROSA")
    .filter(({ threadTs }) => threadTs !== null)
    .map(({ text, blocks }) => `${text} ${JSON.stringify(blocks)}`);
}

function files({ slack }: AppBench): string[] {
  const messages = slack.workspace.messages(CHANNEL, "U0ROSA").filter(({ threadTs }) => threadTs !== null);
  return messages
    .flatMap((message) => [...JSON.stringify(message).matchAll(/inc_[0-9a-f]+\.(?:md|html)/g)].map(([name]) => name))
    .filter((name, at, all) => all.indexOf(name) === at);
}
