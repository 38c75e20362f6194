import { canaryStatus } from "#sandbox/demo/canary-status";
import type { House } from "#sandbox/demo/house";
import { findButtons } from "#sandbox/demo/read-blocks";
import type { GoldCase } from "#sandbox/rag/gold";
import type { World } from "#sandbox/slack/model";
import { type Played, playTraffic } from "#sandbox/traffic/play-traffic";

/** Two days with data on both arms, and what is needed for the last quarter to be closed. */
export const TWO_DAYS_H = 50;

/** What of a house a canary's time and traffic need. */
export type TimedHouse = Pick<House, "golive" | "ragUrl" | "clock" | "intake"> & {
  readonly ragService: Pick<House["ragService"], "url" | "misbehave" | "behave">;
  readonly slack: { readonly workspace: Pick<World, "messages"> };
};

export type Passing = {
  readonly gold: readonly GoldCase[];
  readonly hours: number;
  /** Asked before each quarter of an hour, with the hours that have passed: false stops the time. */
  readonly goOn: (hours: number) => boolean | Promise<boolean>;
};

/**
 * Lets time pass for the canary that is watched, with its service's traffic; afterwards it passes as usual. Throws with a sentence when there is
 * nothing to be watched.
 */
export async function passTime(house: TimedHouse, { gold, hours, goOn }: Passing): Promise<Played> {
  const canary = await canaryStatus(house);
  if (canary === null || canary.standing === "ended") {
    throw new Error("No canary is watched. Cut a release over first: its canary begins by itself.");
  }
  try {
    return await playTraffic({
      serviceUrl: house.ragService.url,
      intake: house.intake,
      clock: house.clock,
      questions: gold.map(({ query }) => query),
      canary: canary.candidate,
      baseline: canary.baseline,
      hours,
      goOn,
    });
  } finally {
    await house.clock.asUsual();
  }
}

/** How many messages of a channel are about a breach that somebody can still acknowledge, as everybody sees them. */
export function breachMessages(house: TimedHouse, channel: string, viewer: string): number {
  const messages = house.slack.workspace.messages(channel, viewer);
  return messages.filter(({ blocks }) => findButtons(blocks).some(({ label }) => label === "Acknowledge")).length;
}
