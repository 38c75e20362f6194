import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { schedulesSchema } from "#src/config/schedules-config";
import { toSchedules } from "#src/config/to-schedules";
import { reportOf } from "#test/config/edited-config";

const night = (entry: string, zone = "Europe/Berlin") =>
  reportOf("schedules: {}", `schedules: { time_zone: ${zone}, smoke: { ${entry} } }`);

describe("a service's schedules", () => {
  it.each([
    ["a day that never comes", 'at: "0 0 30 2 *"', /smoke.at: it would never run; expected a day that comes/],
    ["seconds", 'at: "0 30 2 * * *"', /smoke.at: 6 fields; expected five.*seconds and years have none/],
    ["four fields", 'at: "30 2 * *"', /smoke.at: 4 fields; expected five/],
    ["a minute that isn't one", 'at: "61 2 * * *"', /smoke.at: .*out of its range/],
    ["words", 'at: "every night at two thirty"', /smoke.at: .*can't be read/],
    ["a nickname", 'at: "@daily"', /smoke.at: 1 field; expected five/],
    ["the start of the process", 'at: "? 2 * * *"', /smoke.at: .*another time on every copy.*expected `\*`/],
    ["no time", "jitter_min: 3", /smoke.at: missing/],
    ["a jitter of a day", 'at: "0 2 * * *", jitter_min: 1440', /smoke.jitter_min: 1440/],
    ["to be made up for after a month", 'at: "0 2 * * *", catch_up_h: 700', /smoke.catch_up_h: 700/],
    ["a third answer to holidays", 'at: "0 2 * * *", on_holidays: ask', /smoke.on_holidays: "ask"/],
    ["an unknown key", 'at: "0 2 * * *", every: 1', /unknown key "every"/],
  ])("are refused with %s", async (_what, entry, expected) => {
    expect(await night(entry)).toMatch(expected);
  });

  it.each(["Mars/Phobos", '"+01:00"', "Berlin"])("are refused in the zone %s", async (zone) => {
    expect(await night('at: "0 2 * * *"', zone)).toMatch(/schedules.time_zone: .*expected an IANA time zone/);
  });

  it("need a zone as soon as anything is scheduled, and name days of it", async () => {
    expect(await reportOf("schedules: {}", 'schedules: { backup: { at: "0 1 * * *" } }')).toMatch(
      /schedules.time_zone: missing; expected an IANA time zone/,
    );
    expect(await reportOf("schedules: {}", "schedules: { holidays: [24.12.] }")).toMatch(/holidays\[0\].*a day, like/);
  });

  it("know no other kinds", async () => {
    expect(await reportOf("schedules: {}", "schedules: { smokes: {} }")).toMatch(/unknown key "smokes".*smoke/);
  });

  it("are what the example in golive.yaml says", async () => {
    const text = await readFile(join(import.meta.dirname, "../../configs/golive.yaml"), "utf8");
    const example = /^ {4}# {3}schedules:\n((?: {4}# {5}.*\n)+)/m.exec(text)?.[1] ?? "";
    const parsed = schedulesSchema.parse(parse(example.replace(/^ {4}# {5}/gm, "")));
    expect(toSchedules({ schedules: parsed })).toMatchObject({
      smoke: {
        cron: "30 2 * * *",
        zone: "Europe/Berlin",
        jitterMs: 600_000,
        catchUpMs: 6 * 3_600_000,
        inFreeze: "run",
      },
      weekly: { jitterMs: 0, catchUpMs: 24 * 3_600_000 },
      drill: { inFreeze: "skip" },
      digest: { onHolidays: "skip" },
    });
    expect(Object.values(toSchedules({ schedules: schedulesSchema.parse({}) }))).toEqual(Array(6).fill(null));
  });
});
