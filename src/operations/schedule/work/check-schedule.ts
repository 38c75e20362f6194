import { openCron } from "#src/operations/schedule/work/croner-calendar";

/** From here on a cron is looked for a time at which it fires; croner looks over every leap year there is. */
const FROM = new Date("2026-01-01T00:00:00Z");

/** Why this can't be when something runs, and what was expected instead. Null: it can. */
export function troubleOfCron(cron: string): string | null {
  const fields = cron.trim().split(/\s+/);
  const five = "expected five: minute, hour, day of the month, month, day of the week, like `30 2 * * *`";
  if (fields.length !== 5) {
    const more = fields.length > 5 ? "; seconds and years have none" : "";
    return `${fields.length === 1 ? "1 field" : `${fields.length} fields`}; ${five}${more}`;
  }
  // To croner it means "when this process started": another time on every copy of the bot.
  if (cron.includes("?")) return "`?` means another time on every copy of the bot; expected `*`";
  try {
    if (openCron({ cron, zone: "UTC" }).nextRun(FROM) !== null) return null;
  } catch {
    return `a field that is out of its range or can't be read; ${five}`;
  }
  return "it would never run; expected a day that comes: there is no such day in any year";
}

/** Why this is no time zone, and what was expected instead. Null: it is one. */
export function troubleOfZone(zone: string): string | null {
  const unknown = "not a time zone; expected an IANA time zone, like Europe/Berlin or UTC";
  // An offset knows no daylight saving.
  if (!/^[A-Za-z]/.test(zone)) return unknown;
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return null;
  } catch {
    return unknown;
  }
}
