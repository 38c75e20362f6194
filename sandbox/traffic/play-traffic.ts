import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { seeded } from "#sandbox/bedrock/faults";
import type { SandboxClock } from "#sandbox/clock/sandbox-clock";
import { askService, type Pair } from "#sandbox/traffic/ask-service";
import { drawQuarter, type ObservationLine, pick, QUARTER_MS, requestsIn } from "#sandbox/traffic/draw-quarter";
import { type Intake, postObservations, type Tally } from "#sandbox/traffic/post-observations";
import { type Asked, createSamples } from "#sandbox/traffic/samples";

export type TrafficOptions = {
  readonly serviceUrl: string;
  readonly intake: Intake;
  readonly clock: SandboxClock;
  /** What users ask, at least one. */
  readonly questions: readonly string[];
  /** What is live, and what it replaced: every request is asked of it again, as a control. */
  readonly canary: Pair;
  readonly baseline: Pair;
  /** Hours of domain time to play. */
  readonly hours: number;
  /** Requests of an hour on each arm. Default: 200. */
  readonly perHour?: number;
  /** Real milliseconds that a quarter of an hour takes at least. Default: 300. */
  readonly quarterMs?: number;
  /** Tokens of context that an answer may have. Default: 3,000, as configured. */
  readonly contextTokens?: number;
  /** Asked before every quarter: false ends the traffic there. */
  readonly goOn?: (playedHours: number) => boolean | Promise<boolean>;
  readonly seed?: number;
};

export type Played = {
  /** `hours`: all of them; `asked`: `goOn` said so; `not-live`: what is live is another run by now. */
  readonly why: "hours" | "asked" | "not-live";
  readonly hours: number;
  readonly sent: Tally;
  /** Requests that were really made, both arms together. */
  readonly really: number;
};

/** Of all observations this share comes after its quarter was closed, as in life. */
const LATE_SHARE = 0.03;
/** So many questions are asked again each quarter, whatever is known of them. */
const ASKED_AGAIN = 2;
/** So many different questions, where there are as many, are measured before anything is drawn: how slow the candidate is rests on them. */
const LEAST_MEASURED = 24;
/** How far behind the end of a quarter its observations are sent: within the two minutes that Golive waits. */
const SENT_AFTER_MS = 60_000;
const HOUR_MS = 3_600_000;

/**
 * Plays the users of a service for hours of domain time, in real seconds: asks it, tells Golive, and moves the clock on, a quarter of an
 * hour at a time, so that a slow machine makes nobody late. Time stands still when it returns. Throws when Golive doesn't take observations.
 */
export async function playTraffic(options: TrafficOptions): Promise<Played> {
  const { clock, questions, perHour = 200, quarterMs = 300, goOn = () => true } = options;
  const random = seeded(options.seed ?? 1);
  const asker = createAsker(options, random);
  const began = clock.now();
  const end = began + options.hours * HOUR_MS;
  let sent: Tally = { accepted: 0, duplicate: 0, refused: 0, late: 0 };
  /** Held back, by quarter: it goes with the one after the next, since Golive closes a quarter when it hears of the next. */
  const behind: (readonly ObservationLine[])[] = [[]];
  const send = async (lines: readonly ObservationLine[]): Promise<void> => {
    if (lines.length > 0) sent = add(sent, await postObservations(options.intake, lines));
  };
  const finish = async (why: Played["why"], at: number): Promise<Played> => {
    await send(behind.flat());
    return { why, hours: (at - began) / HOUR_MS, sent, really: asker.asked() };
  };

  for (let from = began; ; ) {
    if (from >= end) return finish("hours", from);
    if (!(await goOn((from - began) / HOUR_MS))) return finish("asked", from);
    const to = Math.min(end, (Math.floor(from / QUARTER_MS) + 1) * QUARTER_MS);
    const least = wait(quarterMs * ((to - from) / QUARTER_MS));
    const queries = Array.from({ length: requestsIn(from, to, perHour) }, () => pick(questions, random) ?? "");
    if ((await asker.prepare(new Set(queries))) === "not-live") return finish("not-live", from);
    const lines = drawQuarter({ from, to, queries, samples: asker.samples, random, traceId: randomUUID });
    const late = new Set(lines.filter(() => random() < LATE_SHARE));
    await clock.holdAt(to + SENT_AFTER_MS);
    await send([...lines.filter((line) => !late.has(line)), ...(behind.shift() ?? [])]);
    behind.push([...late]);
    await least;
    from = to;
  }
}

/** Asks both arms really: what wasn't asked yet since the service last changed its behaviour, and some of it again. */
function createAsker(options: TrafficOptions, random: () => number) {
  const { serviceUrl, canary, baseline, questions, contextTokens = 3_000 } = options;
  const samples = createSamples();
  let faults = "";
  let asked = 0;
  const elapsed = () => performance.now();
  const one = (query: string, pair: Pair | null) => askService({ serviceUrl, contextTokens, elapsed }, query, pair);
  const ask = async (query: string): Promise<Asked> => {
    asked += 2;
    // One after the other, each first every other time: neither waits for the other, and both meet the same machine.
    if (asked % 4 === 0) {
      const ofBaseline = await one(query, baseline);
      return { query, baseline: ofBaseline, canary: await one(query, null) };
    }
    const ofCanary = await one(query, null);
    return { query, canary: ofCanary, baseline: await one(query, baseline) };
  };
  return {
    samples,
    asked: () => asked,
    async prepare(queries: ReadonlySet<string>): Promise<"ready" | "not-live"> {
      const present = await fetch(`${serviceUrl}/__sandbox/faults`).then((response) => response.text());
      if (present !== faults) samples.forget();
      faults = present;
      const known = (query: string) => samples.of(query).length > 0;
      const wanted = [...new Set([...queries, ...questions.slice(0, LEAST_MEASURED)])];
      const again = Array.from({ length: ASKED_AGAIN }, () => pick(questions, random) ?? "");
      for (const query of [...wanted.filter((each) => !known(each)), ...again]) {
        const both = await ask(query);
        if (both.canary.run !== null && both.canary.run !== canary.run) return "not-live";
        samples.add(both);
      }
      return "ready";
    },
  };
}

const add = (a: Tally, b: Tally): Tally => ({
  accepted: a.accepted + b.accepted,
  duplicate: a.duplicate + b.duplicate,
  refused: a.refused + b.refused,
  late: a.late + b.late,
});
