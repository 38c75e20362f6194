import type { Pool } from "pg";
import type { Log } from "#src/log";
import type { LinkOf } from "#src/slack/blocks/digest-message";
import { keepAnswers } from "#src/slack/keep-answers";
import type { SlackWeb } from "#src/slack/web";

/** A permalink never changes; what is kept is only bounded. */
const KEPT_MS = 24 * 3_600_000;
/** Links of one page or message: each unknown one is a call. */
const MOST = 30;

/** Where subjects' messages stand: a lookup for this many of them. Never rejects; what can't be found has no link. */
export type FindLinks = (subjects: readonly (string | null)[]) => Promise<LinkOf>;

/** `now`: machine clock. */
export function createFindLinks(deps: {
  readonly pool: Pick<Pool, "query">;
  readonly web: Pick<SlackWeb, "permalink">;
  readonly now: () => number;
  readonly log: Log;
}): FindLinks {
  const { pool, web, now, log } = deps;
  const addresses = keepAnswers(
    (place) => {
      const [channel = "", ts = ""] = place.split(" ");
      return web.permalink(channel, ts);
    },
    { now, shareMs: 1_000, keptMs: KEPT_MS },
  );

  async function find(subjects: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const { rows } = await pool.query<{ subject: string; channel: string; ts: string }>(
      "SELECT subject, channel, ts FROM golive.slack_message WHERE subject = ANY($1) AND channel IS NOT NULL AND ts IS NOT NULL",
      [subjects],
    );
    const found = await Promise.all(
      rows.map(async ({ subject, channel, ts }): Promise<[string, string] | null> => {
        try {
          return [subject, await addresses.known(`${channel} ${ts}`)];
        } catch (error) {
          log.warn({ err: error, subject }, "Slack did not say where a message stands");
          return null;
        }
      }),
    );
    return new Map(found.filter((one) => one !== null));
  }

  return async (subjects) => {
    const wanted = [...new Set(subjects)].filter((subject) => subject !== null).slice(0, MOST);
    if (wanted.length === 0) return () => null;
    try {
      const links = await find(wanted);
      return (subject) => links.get(subject) ?? null;
    } catch (error) {
      log.warn({ err: error }, "where messages stand could not be read");
      return () => null;
    }
  };
}
