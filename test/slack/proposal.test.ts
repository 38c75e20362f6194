import { afterEach, describe, expect, it } from "vitest";
import { liveConfig } from "#src/operations/proposals/work/live-config";
import { ACTIONS, CALLBACKS, INPUT_BLOCKS, INPUTS } from "#src/slack/ids";
import * as s from "#test/proposals/story";
import { type Releasers, release, until } from "#test/sandbox/bolt-app";
import { type AppBench, buttonsIn, SERVICE, startApp, whispers } from "#test/slack/app-bench";
import { CHANNEL, posted } from "#test/slack/bench";

const releasers: Releasers = [];
afterEach(() => release(releasers));

const eventually = { timeout: 8_000, interval: 20 };

/** A proposal about what is live, and the bot with its workers. */
async function bench() {
  const made = await startApp(releasers, {});
  const { core } = made;
  await core.startWorkers({ cutovers: true });
  const live = await liveConfig(core.storeOf(SERVICE));
  if (live === null || live.digest === null) throw new Error("nothing is live");
  const base = { ...live.pair, digest: live.digest };
  const changes = [{ path: "retrieval.top_k", from: 8, to: 12 }];
  const decided = await core.proposals.propose(SERVICE, s.draft("a".repeat(64), { base, changes }));
  if (!decided.ok) throw new Error(JSON.stringify(decided.refusal));
  return { made, id: decided.id };
}

const message = ({ slack }: AppBench) =>
  posted(slack).find(({ blocks }) => JSON.stringify(blocks).includes("Proposal #1 · "));
const shown = (made: AppBench) => expect.poll(() => JSON.stringify(message(made)?.blocks), eventually);

async function press(made: AppBench, user: string, action: string): Promise<void> {
  const find = () => buttonsIn(message(made)?.blocks ?? [], action)[0];
  await until(`the button ${action}`, () => find() !== undefined, 8_000);
  const [button, drawn] = [find(), message(made)];
  if (button === undefined || drawn === undefined) throw new Error("the message is gone");
  const at = { channel: CHANNEL, ts: drawn.ts };
  const done = await made.slack.hands.click(user, at, button.blockId, button.actionId);
  if (!done.ok) throw new Error(done.error);
}

describe("a proposal in the channel", () => {
  it("names whom it waits for, refuses others, and is carried out once, however often Accept arrives", async () => {
    const { made, id } = await bench();
    await shown(made).toContain("Waiting for approval");
    await press(made, "U0DAN", ACTIONS.proposalAccept);
    await expect
      .poll(() => whispers(made.slack, "U0DAN").at(-1), eventually)
      .toMatch(/needs the role release-approver/);
    made.slack.faults.nextDelivery("interaction", { kind: "duplicate" });
    await press(made, "U0INES", ACTIONS.proposalAccept);
    await shown(made).toContain("its go-live is people's to start");
    const facts = (await made.core.journal.load(`proposal/${id}`)).map(({ event }) => event.type);
    expect(facts).toEqual(["proposal-made", "proposal-accepted", "proposal-written", "proposal-left-to-people"]);
    expect(JSON.stringify(message(made)?.blocks)).toMatch(/\/golive start support-docs run-\d v1\+nudge-[0-9a-f]{8}/);
    expect(buttonsIn(message(made)?.blocks ?? [], ACTIONS.proposalAccept)).toEqual([]);
  });

  it("is declined with a reason, which everybody reads", async () => {
    const { made, id } = await bench();
    await press(made, "U0INES", ACTIONS.proposalDecline);
    const top = () => made.slack.workspace.views("U0INES").at(-1);
    await expect.poll(() => top()?.view.callback_id, eventually).toBe(CALLBACKS.proposalDecline);
    const submit = (reason: string) =>
      made.slack.hands.submit("U0INES", top()?.id ?? "", { [INPUT_BLOCKS.reason]: { [INPUTS.reason]: reason } });
    expect(await submit("Those questions are last year's.")).toEqual({ ok: true });
    await shown(made).toMatch(/Declined.*by Ines.*Those questions are last year's/);
    expect((await made.core.proposals.proposal(id))?.ended?.as).toBe("declined");
  });
});
