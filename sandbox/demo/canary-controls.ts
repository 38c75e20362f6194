import { breachMessages, passTime, type TimedHouse, TWO_DAYS_H } from "#sandbox/demo/pass-time";
import { SPOILERS, spoil } from "#sandbox/demo/spoilers";
import type { Control, ControlDone } from "#sandbox/page/extras";
import type { GoldCase } from "#sandbox/rag/gold";

/** Where the page's controls tell how something ended that took longer than a press. */
type Tell = (sentence: string) => void;

/** The canary's controls: time, and what comes along with the candidate. `gold`: what the service's users ask; null: nobody does. */
export function canaryControls(house: TimedHouse, gold: readonly GoldCase[] | null, tell: Tell): readonly Control[] {
  let passing: { stop: boolean } | null = null;

  async function letPass(by: string, channel: string): Promise<ControlDone> {
    if (gold === null) return no("There is nobody who asks anything: give this corpus questions with --gold.");
    if (passing !== null) return no("Time is passing already. “Time as usual” stops it.");
    const mine = { stop: false };
    passing = mine;
    const known = breachMessages(house, channel, by);
    // A breach stops the time: now somebody can press a button.
    const goOn = () => !mine.stop && breachMessages(house, channel, by) <= known;
    const began = Promise.withResolvers<void>();
    const passed = passTime(house, {
      gold,
      hours: TWO_DAYS_H,
      goOn(hours) {
        began.resolve();
        return goOn() || hours === 0;
      },
    }).finally(() => {
      passing = null;
    });
    passed.then(
      ({ why, hours, sent }) =>
        tell(
          `${ENDS[why]} after ${Math.round(hours)} hours; Golive was told of ${sent.accepted} requests. Time passes as usual.`,
        ),
      (error: unknown) => tell(`Time passes as usual: ${wordsOf(error)}`),
    );
    try {
      await Promise.race([began.promise, passed]);
    } catch (error) {
      return no(wordsOf(error));
    }
    return {
      ok: true,
      said: "Two days begin to pass, in about a minute. They stop at a breach, so that you can press a button there.",
    };
  }

  return [
    {
      id: "two-days",
      label: "Let two days pass",
      about: "The service's users ask for two days, in about a minute; a breach stops the time",
      run: letPass,
    },
    ...Object.values(SPOILERS).map(
      (spoiler): Control => ({
        ...spoiler,
        async run() {
          const run = await spoil(house, spoiler);
          return run === null
            ? no("Nothing is live, so nothing can be spoiled.")
            : { ok: true, said: `${run} is spoiled. ${spoiler.about}. What it replaced answers as before.` };
        },
      }),
    ),
    {
      id: "mend",
      label: "Mend the candidate",
      about: "The RAG service answers as it should, from whatever run",
      async run() {
        house.ragService.behave();
        return { ok: true, said: "The service answers as it should again." };
      },
    },
    {
      id: "as-usual",
      label: "Time as usual",
      about: "Time passes as on the wall again",
      async run() {
        if (passing === null) return no("Time passes as usual already.");
        passing.stop = true;
        return { ok: true, said: "Time passes as usual again." };
      },
    },
  ];
}

const ENDS = {
  hours: "Two days have passed,",
  asked: "The time was stopped,",
  "not-live": "Another run is live now,",
} as const;

const no = (error: string): ControlDone => ({ ok: false, error });
const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
