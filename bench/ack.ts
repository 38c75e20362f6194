import { setTimeout as sleep } from "node:timers/promises";
import { type Answers, collectAnswers } from "./ack/answers.ts";
import { openBenchHouse, RELEASE_CHANNEL, REQUESTER, startCheckedRelease } from "./ack/bench-house.ts";
import { startBareBolt, startGenerator } from "./ack/children.ts";
import type { Load, Shot } from "./ack/load.ts";
import { buildRequests } from "./ack/requests.ts";
import { median, percentile } from "./statistics.ts";

export const KINDS = ["command", "button"] as const;
export type Kind = (typeof KINDS)[number];

/** Milliseconds from when a request was due. p50 and p99: medians over the rounds; `worst`: of all requests. */
export type Side = { readonly p50: number; readonly p99: number; readonly worst: number };

export type AckBench = {
  readonly what: Kind;
  /** Requests per second. */
  readonly rate: number;
  readonly requests: number;
  readonly ours: Side;
  readonly peer: Side;
  /** Median over the rounds of ours over the bare app's, measured right before or after. The bar is 3. */
  readonly p99Ratio: number;
  /** Requests that were not acknowledged with 200, of ours and the peer's. Any is a failure. */
  readonly refused: number;
  /** p99 of how late requests left: far below the acks, or the generator measured itself. */
  readonly generatorLateMs: number;
  /** When the person had the answer, from the press: bounded by what the machine can decide at all. */
  readonly answers: { readonly p50: number; readonly p99: number; readonly missing: number; readonly broken: number };
};

export type AckOptions = {
  readonly kinds?: readonly Kind[];
  readonly rates?: readonly number[];
  /** Each side's, for every kind and rate, spread over `rounds`. */
  readonly seconds?: number;
  readonly rounds?: number;
  readonly say?: (line: string) => void;
};

type Fire = (load: Pick<Load, "url" | "rate" | "count" | "bodies" | "name">) => Promise<readonly Shot[]>;

const PATIENCE_MS = 10_000;
/** Between two volleys: what one side set going must not be measured with the other. */
const PAUSE_MS = 500;

/** Acknowledgements of the real bot process against a bare Bolt app, by turns, under an open-loop load. */
export async function benchAck(options: AckOptions = {}): Promise<readonly AckBench[]> {
  const { kinds = KINDS, rates = [20, 200], seconds = 20, rounds = 4, say = () => undefined } = options;
  const closers: (() => Promise<void>)[] = [];
  try {
    const home = await openBenchHouse(say);
    closers.push(home.close);
    const { house, stage } = home;
    const signingSecret = house.env.SLACK_SIGNING_SECRET ?? "";
    const ourUrl = `http://127.0.0.1:${house.env.PORT}/slack/events`;
    const bare = await startBareBolt(signingSecret);
    closers.push(bare.close);
    const generator = startGenerator();
    closers.push(generator.close);
    const answers = await collectAnswers();
    closers.push(answers.close);

    await startCheckedRelease(home);
    const bodies = buildRequests(house.slack.workspace, answers.url);
    // From here on that line is signed: every press of it is decided, and ends in a refusal that has to be told.
    await stage.press("U0DAN", RELEASE_CHANNEL, /^Sign\b/, /Data quality/);
    await stage.until("the sign-off", () =>
      /1 of \d+ sign-offs/.test(stage.releaseText(REQUESTER, RELEASE_CHANNEL) ?? "") ? true : null,
    );

    const fire: Fire = async (load) => (await generator.fire({ signingSecret, ...load })).shots;
    for (const what of kinds) {
      say(`warming up: ${what}`);
      const load = { rate: 50, count: 250, bodies: bodies[what] };
      await fire({ ...load, url: bare.url, name: `warmpeer${what}` });
      const warm = await fire({ ...load, url: ourUrl, name: `warmours${what}` });
      await answers.waitFor(idsOf(warm), PATIENCE_MS);
    }
    const results: AckBench[] = [];
    for (const rate of rates) {
      for (const what of kinds) {
        say(`${what}, ${rate} requests/s`);
        const perRound = Math.round((rate * seconds) / rounds);
        const volleys: Volleys = { ours: [], peer: [] };
        for (let round = 0; round < rounds; round++) {
          for (const side of round % 2 === 0 ? (["peer", "ours"] as const) : (["ours", "peer"] as const)) {
            const url = side === "ours" ? ourUrl : bare.url;
            const name = `${side}${what}${rate}r${round}`;
            const fired = await fire({ url, rate, count: perRound, bodies: bodies[what], name });
            if (side === "ours") await answers.waitFor(idsOf(fired), PATIENCE_MS);
            volleys[side].push(fired);
            await sleep(PAUSE_MS);
          }
        }
        results.push(summarise(what, rate, volleys, answers));
      }
    }
    return results;
  } finally {
    for (const close of closers.reverse()) await close();
  }
}

const idsOf = (shots: readonly Shot[]): readonly string[] => shots.map(({ id }) => id);

/** What was shot at each side, one list per round. */
type Volleys = Record<"ours" | "peer", (readonly Shot[])[]>;

function summarise(what: Kind, rate: number, { ours, peer }: Volleys, answers: Answers): AckBench {
  const mine = ours.flat();
  const all = [...mine, ...peer.flat()];
  const answered = mine.flatMap(({ id, due }) => {
    const at = answers.at.get(id);
    return at === undefined ? [] : [at - due];
  });
  const late = all.map(({ due, sent }) => sent - due);
  const ratios = ours.map((volley, round) => ackAt(volley, 0.99) / ackAt(peer[round] ?? [], 0.99));
  return {
    what,
    rate,
    requests: mine.length,
    ours: sideOf(ours),
    peer: sideOf(peer),
    p99Ratio: median(ratios),
    refused: all.filter(({ status }) => status !== 200).length,
    generatorLateMs: percentile(late, 0.99),
    answers: {
      p50: percentile(answered, 0.5),
      p99: percentile(answered, 0.99),
      missing: mine.length - answered.length,
      broken: mine.filter(({ id }) => answers.broken.has(id)).length,
    },
  };
}

const ackAt = (shots: readonly Shot[], share: number): number =>
  percentile(
    shots.map(({ due, acked }) => acked - due),
    share,
  );

function sideOf(volleys: readonly (readonly Shot[])[]): Side {
  return {
    p50: median(volleys.map((shots) => ackAt(shots, 0.5))),
    p99: median(volleys.map((shots) => ackAt(shots, 0.99))),
    worst: ackAt(volleys.flat(), 1),
  };
}
