import { setTimeout as sleep } from "node:timers/promises";
import type { SandboxMessage } from "#sandbox/slack/model";
import { PAINTER_TIMING } from "#src/slack/paint";
import { type BenchHouse, openBenchHouse, RELEASE_CHANNEL, REQUESTER, startCheckedRelease } from "./ack/bench-house.ts";
import { median } from "./statistics.ts";

/** Medians in milliseconds, all from the moment of the click or command to the moment it shows in Slack. */
export type PaintBench = {
  /** `/golive start` until the release message stands in the channel; a bare chat.postMessage of the same blocks. */
  readonly startMs: number;
  readonly postMs: number;
  /** A sign-off or its withdrawal until the message shows it, on a message that was quiet; a bare chat.update. */
  readonly repaintMs: number;
  readonly updateMs: number;
  /** The same right after another repaint; and the pause that the painter keeps, for Slack's limits. */
  readonly repaintAgainMs: number;
  readonly painterPauseMs: number;
  readonly rounds: number;
};

const SIGNER = "U0DAN";
const LINE = /Data quality/;
/** Longer than the painter's pause between two updates. */
const QUIET_MS = 1_500;
const PATIENCE_MS = 30_000;

/** How long until something shows, as the local Slack's page would be told of it. */
async function timeUntil({ house }: BenchHouse, what: string, act: () => Promise<unknown>, shows: () => boolean) {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const began = performance.now();
  const look = () => {
    if (shows()) resolve(performance.now() - began);
  };
  const stopLooking = house.slack.workspace.onChange(look);
  const timer = setTimeout(() => reject(new Error(`waited in vain for: ${what}`)), PATIENCE_MS);
  try {
    await act();
    look();
    return await promise;
  } finally {
    stopLooking();
    clearTimeout(timer);
  }
}

function releaseMessage({ house }: BenchHouse): SandboxMessage | null {
  const messages = house.slack.workspace.messages(RELEASE_CHANNEL, REQUESTER);
  const own = messages.filter((each) => each.ephemeralFor === null && each.threadTs === null && each.blocks.length > 0);
  return own.at(-1) ?? null;
}

async function start(home: BenchHouse): Promise<number> {
  const before = releaseMessage(home)?.ts ?? null;
  return timeUntil(
    home,
    "the release message",
    () => home.stage.command(REQUESTER, RELEASE_CHANNEL, "/golive start"),
    () => (releaseMessage(home)?.ts ?? null) !== before,
  );
}

async function cancel({ stage }: BenchHouse): Promise<void> {
  await stage.command(REQUESTER, RELEASE_CHANNEL, "/golive cancel the bench starts another one");
  await stage.until("the cancellation", () =>
    /cancelled/i.test(stage.releaseText(REQUESTER, RELEASE_CHANNEL) ?? "") ? true : null,
  );
}

/** Signs or withdraws; resolves when the message counts it. */
async function press(home: BenchHouse, label: "Sign" | "Withdraw"): Promise<number> {
  const [button, counted] =
    label === "Sign" ? [/^Sign\b/, /1 of \d+ sign-offs/] : [/^Withdraw\b/, /0 of \d+ sign-offs/];
  return timeUntil(
    home,
    counted.source,
    () => home.stage.press(SIGNER, RELEASE_CHANNEL, button, LINE),
    () => counted.test(home.stage.releaseText(REQUESTER, RELEASE_CHANNEL) ?? ""),
  );
}

/** A bare Web API call with the release message's own blocks, elsewhere. */
async function call(home: BenchHouse, method: string, args: Record<string, unknown>): Promise<unknown> {
  const { house } = home;
  const answer = await fetch(`${house.slack.apiUrl}${method}`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${house.env.SLACK_BOT_TOKEN}`,
      "content-type": "application/json; charset=utf-8",
    },
    body: JSON.stringify({ channel: "C0GENERAL", text: "bench", blocks: releaseMessage(home)?.blocks, ...args }),
  });
  const body: unknown = await answer.json();
  if (typeof body !== "object" || body === null || !("ok" in body) || body.ok !== true)
    throw new Error(`${method}: ${JSON.stringify(body)}`);
  return "ts" in body ? body.ts : null;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** How soon people see what they did. For information: no bar. */
export async function benchPaint(
  options: { readonly rounds?: number; readonly say?: (line: string) => void } = {},
): Promise<PaintBench> {
  const { rounds = 7, say = () => undefined } = options;
  const home = await openBenchHouse(say);
  try {
    await startCheckedRelease(home);
    const repaints: number[] = [];
    const agains: number[] = [];
    const updates: number[] = [];
    for (let round = 0; round < rounds; round++) {
      say(`paint, round ${round + 1} of ${rounds}`);
      await sleep(QUIET_MS);
      repaints.push(await press(home, "Sign"));
      agains.push(await press(home, "Withdraw"));
      const ts = await call(home, "chat.postMessage", {});
      updates.push(await timed(() => call(home, "chat.update", { ts })));
    }
    const starts: number[] = [];
    const posts: number[] = [];
    for (let round = 0; round < rounds; round++) {
      say(`start, round ${round + 1} of ${rounds}`);
      await cancel(home);
      await sleep(QUIET_MS);
      starts.push(await start(home));
      posts.push(await timed(() => call(home, "chat.postMessage", {})));
    }
    return {
      startMs: median(starts),
      postMs: median(posts),
      repaintMs: median(repaints),
      updateMs: median(updates),
      repaintAgainMs: median(agains),
      painterPauseMs: PAINTER_TIMING.perMessageMs,
      rounds,
    };
  } finally {
    await home.close();
  }
}
