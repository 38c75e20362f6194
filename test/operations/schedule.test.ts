import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { jitterOf, nextRun } from "#src/operations/schedule/due";
import { dateText, isoWeek } from "#src/operations/schedule/iso-week";
import { createCalendar } from "#src/operations/schedule/work/croner-calendar";
import { calendar, DAY, HOUR, MINUTE, schedule } from "#test/operations/story";

const at = (text: string): number => Date.parse(text);
const iso = (times: readonly number[]): readonly string[] =>
  times.map((time) => new Date(time).toISOString().slice(0, 16).replace("T", " "));

/** Fires of the night from noon to noon, UTC. */
const night = (cron: string, zone: string, noon: string): readonly string[] =>
  iso(calendar.fires({ cron, zone }, at(`${noon}T12:00Z`), at(`${noon}T12:00Z`) + DAY));

const BERLIN = "Europe/Berlin";
const NEW_YORK = "America/New_York";
const LORD_HOWE = "Australia/Lord_Howe";

describe("a time of day", () => {
  test("that a spring night doesn't have comes once, right after the gap", () => {
    expect(night("30 2 * * *", BERLIN, "2026-03-28")).toEqual(["2026-03-29 01:00"]);
    expect(night("30 2 * * *", NEW_YORK, "2026-03-07")).toEqual(["2026-03-08 07:00"]);
    // Half an hour is skipped there: 02:00 to 02:30.
    expect(night("15 2 * * *", LORD_HOWE, "2026-10-03")).toEqual(["2026-10-03 15:30"]);
    expect(night("30 2 * * *", "UTC", "2026-03-28")).toEqual(["2026-03-29 02:30"]);
  });

  test("that an autumn night has twice comes once, at the first", () => {
    expect(night("30 2 * * *", BERLIN, "2026-10-24")).toEqual(["2026-10-25 00:30"]);
    expect(night("30 1 * * *", NEW_YORK, "2026-10-31")).toEqual(["2026-11-01 05:30"]);
    expect(night("45 1 * * *", LORD_HOWE, "2026-04-04")).toEqual(["2026-04-04 14:45"]);
  });

  test("of a list of hours comes once each, too", () => {
    expect(night("30 1,2,3 * * *", BERLIN, "2026-10-24")).toEqual([
      "2026-10-24 23:30",
      "2026-10-25 00:30",
      "2026-10-25 02:30",
    ]);
    expect(night("30 1,2,3 * * *", BERLIN, "2026-03-28")).toEqual([
      "2026-03-29 00:30",
      "2026-03-29 01:00",
      "2026-03-29 01:30",
    ]);
  });

  test("comes once on every day of the year, at that time or right after a gap", () => {
    const zones = fc.constantFrom(BERLIN, NEW_YORK, LORD_HOWE, "UTC", "America/Santiago", "Africa/Casablanca");
    const minutes = fc.constantFrom(0, 15, 30, 45);
    fc.assert(
      fc.property(
        zones,
        fc.integer({ min: 0, max: 23 }),
        minutes,
        fc.integer({ min: 0, max: 363 }),
        (zone, hour, minute, day) => {
          const from = at("2026-01-01T00:00Z") + day * DAY;
          const due = calendar.fires({ cron: `${minute} ${hour} * * *`, zone }, from - 1, from + 2 * DAY);
          expect(due).toEqual(whenClocksSay(zone, hour * 60 + minute, from, from + 2 * DAY));
        },
      ),
      { numRuns: 120 },
    );
  });
});

/** The first quarter of an hour of each local day at which a clock there shows this time or a later one: what a person would call that time. */
function whenClocksSay(zone: string, minuteOfDay: number, from: number, to: number): readonly number[] {
  const clock = new Intl.DateTimeFormat("en-CA", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
  });
  const found = new Map<string, number>();
  const begin = from - 2 * DAY;
  for (let time = begin; time <= to; time += 15 * MINUTE) {
    const [date = "", clockTime = ""] = clock.format(time).split(", ");
    const [hours = 0, minutes = 0] = clockTime.split(":").map(Number);
    if (hours * 60 + minutes >= minuteOfDay && !found.has(date)) found.set(date, time);
  }
  return [...found.values()].filter((time) => time >= from && time <= to && time > begin);
}

describe("an interval", () => {
  test.each([
    [BERLIN, "2026-03-28"],
    [BERLIN, "2026-10-24"],
    [NEW_YORK, "2026-03-07"],
    [NEW_YORK, "2026-10-31"],
    [LORD_HOWE, "2026-10-03"],
    [LORD_HOWE, "2026-04-04"],
    ["UTC", "2026-10-24"],
  ])("of half an hour loses nothing and repeats nothing in %s in the night of %s", (zone, noon) => {
    const from = at(`${noon}T12:00Z`);
    const due = calendar.fires({ cron: "*/30 * * * *", zone }, from, from + DAY);
    expect(due).toEqual(Array.from({ length: 48 }, (_, index) => from + (index + 1) * 30 * MINUTE));
  });

  test("of an hour comes every hour that passes", () => {
    expect(night("0 * * * *", BERLIN, "2026-10-24")).toHaveLength(24);
    expect(night("0 * * * *", NEW_YORK, "2026-03-07")).toHaveLength(24);
  });
});

describe("fires of a span", () => {
  const rhythms = fc.record({
    cron: fc.constantFrom(
      "30 2 * * *",
      "*/30 * * * *",
      "0 */3 * * *",
      "15 1,2,3 * * MON-FRI",
      "0 0 1 * *",
      "59 23 L * *",
    ),
    zone: fc.constantFrom(BERLIN, NEW_YORK, LORD_HOWE, "UTC"),
  });
  const start = fc.integer({ min: at("2026-01-01"), max: at("2027-06-01") });

  test("are the same however the span is cut: nothing is lost between two looks, and nothing seen by both", () => {
    const looks = fc.array(fc.integer({ min: 1, max: 3 * DAY }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(rhythms, start, looks, (rhythm, from, waits) => {
        const seen: number[] = [];
        let handled = from;
        for (const wait of waits) {
          seen.push(...calendar.fires(rhythm, handled, handled + wait));
          handled += wait;
        }
        expect(seen).toEqual(calendar.fires(rhythm, from, handled));
        expect(seen).toEqual([...new Set(seen)].sort((one, other) => one - other));
      }),
      { numRuns: 100 },
    );
  });

  test("are those that one after the other would be the next", () => {
    fc.assert(
      fc.property(rhythms, start, fc.integer({ min: 1, max: 20 * DAY }), (rhythm, from, span) => {
        const next: number[] = [];
        for (let due = calendar.next(rhythm, from); due !== null && due <= from + span; ) {
          next.push(due);
          due = calendar.next(rhythm, due);
        }
        expect(calendar.fires(rhythm, from, from + span)).toEqual(next);
      }),
      { numRuns: 60 },
    );
  });

  test("of years are the newest 5,000", () => {
    const until = at("2026-11-23T00:00Z");
    const due = calendar.fires({ cron: "* * * * *", zone: BERLIN }, at("2024-01-01"), until);
    expect([due.length, due.at(-1), due[0]]).toEqual([5_000, until, until - 4_999 * MINUTE]);
  });

  test("of a day that is rare are found however long that takes", () => {
    const leap = { cron: "0 0 29 2 *", zone: BERLIN };
    expect(iso(calendar.fires(leap, at("2023-01-01"), at("2026-01-01")))).toEqual(["2024-02-28 23:00"]);
    expect(calendar.next({ cron: "0 0 30 2 *", zone: BERLIN }, at("2026-01-01"))).toBeNull();
  });

  test("that another copy of the bot sees are the same", () => {
    const other = createCalendar();
    const span = [at("2026-10-24"), at("2026-10-27")] as const;
    const rhythm = { cron: "*/7 1-3 * * *", zone: BERLIN };
    expect(other.fires(rhythm, ...span)).toEqual(calendar.fires(rhythm, ...span));
  });
});

test("the next run is the first fire that was not answered, with its jitter", () => {
  const handled = at("2026-11-23T11:00Z");
  const due = at("2026-11-24T01:30Z");
  const jittery = schedule({ jitterMs: HOUR });
  expect(nextRun("docs", "smoke", { schedule: jittery, handled }, calendar)).toBe(
    due + jitterOf("docs", "smoke", due, HOUR),
  );
  expect(nextRun("docs", "smoke", { schedule: null, handled }, calendar)).toBeNull();
});

describe("weeks", () => {
  test.each([
    ["2026-11-29", "2026-W48"],
    ["2026-11-30", "2026-W49"],
    ["2027-01-01", "2026-W53"],
    ["2027-01-03", "2026-W53"],
    ["2027-01-04", "2027-W01"],
    ["2024-12-30", "2025-W01"],
    ["2023-01-01", "2022-W52"],
    ["2024-02-29", "2024-W09"],
  ])("%s is in %s", (date, week) => {
    const [year = 0, month = 0, day = 0] = date.split("-").map(Number);
    expect(isoWeek({ year, month, day })).toBe(week);
    expect(dateText({ year, month, day })).toBe(date);
  });

  test("begin on Mondays and have seven days, over decades", () => {
    const weeks = new Map<string, number[]>();
    for (let day = at("2020-01-06"); day < at("2045-01-02"); day += DAY) {
      const date = new Date(day);
      const key = isoWeek({ year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() });
      weeks.set(key, [...(weeks.get(key) ?? []), date.getUTCDay()]);
    }
    for (const days of weeks.values()) expect(days).toEqual([1, 2, 3, 4, 5, 6, 0]);
  });

  test("are those of the zone: Monday begins earlier in the east", () => {
    const sundayEvening = at("2026-11-29T18:00Z");
    expect(isoWeek(calendar.localDate(sundayEvening, "Asia/Tokyo"))).toBe("2026-W49");
    expect(isoWeek(calendar.localDate(sundayEvening, BERLIN))).toBe("2026-W48");
  });
});
