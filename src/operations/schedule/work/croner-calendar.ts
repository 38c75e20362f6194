import { Cron } from "croner";
import type { Calendar, Rhythm } from "#src/operations/schedule/calendar";

/** A month of every ten minutes: who missed more is told "5,000". */
const MOST_FIRES = 5_000;

/**
 * Due times by croner. Over daylight saving: what names its hours and minutes fires once a day, right after the gap where its time doesn't
 * exist, at the first of the two where it exists twice; steps and wildcards (every half hour) follow the time that passes and lose nothing.
 */
export function createCalendar(): Calendar {
  const crons = new Map<string, Cron>();
  const known = ({ cron, zone }: Rhythm): Cron => {
    const key = `${zone}\n${cron}`;
    const found = crons.get(key) ?? openCron({ cron, zone });
    crons.set(key, found);
    return found;
  };
  return {
    fires(rhythm, after, until) {
      const cron = known(rhythm);
      // Backwards, and further only where the span isn't covered yet: mostly there is none or one.
      for (let most = 8; ; most = Math.min(most * 8, MOST_FIRES)) {
        // The one before is asked for: `until` itself counts.
        const found = cron.previousRuns(most, new Date(until + 1)).map((date) => date.getTime());
        const due = found.filter((at) => at > after);
        if (due.length < found.length || found.length < most || most === MOST_FIRES) return due.toReversed();
      }
    },
    next: (rhythm, after) => known(rhythm).nextRun(new Date(after))?.getTime() ?? null,
    localDate(at, zone) {
      const parts = dateFormat(zone).formatToParts(at);
      const part = (type: string): number => Number(parts.find((each) => each.type === type)?.value);
      return { year: part("year"), month: part("month"), day: part("day") };
    },
  };
}

/** Throws for a cron that isn't one of five fields, and for an unknown zone. Never runs anything by itself. */
export const openCron = ({ cron, zone }: Rhythm): Cron =>
  new Cron(cron, { timezone: zone, mode: "5-part", fixedTimeRule: "no-wildcard", paused: true });

const formats = new Map<string, Intl.DateTimeFormat>();

function dateFormat(zone: string): Intl.DateTimeFormat {
  const found =
    formats.get(zone) ??
    new Intl.DateTimeFormat("en-CA", {
      timeZone: zone,
      calendar: "gregory",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
    });
  formats.set(zone, found);
  return found;
}
