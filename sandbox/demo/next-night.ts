/** When things run in the demo, in its zone: as `paced-configs` writes it. */
export const DEMO_ZONE = "Europe/Berlin";

const HALF_HOUR_MS = 30 * 60_000;

export type LocalTime = { readonly time: string; readonly weekday?: string };

const local = new Intl.DateTimeFormat("en-GB", {
  timeZone: DEMO_ZONE,
  weekday: "short",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});

/** The next moment after `now` at which a wall clock in the demo's zone shows it, as "02:30" or "04:00" on a "Sun". Whole half hours only. */
export function nextAt(now: number, { time, weekday }: LocalTime): number {
  for (let step = 1; step <= 16 * 48; step += 1) {
    const at = (Math.floor(now / HALF_HOUR_MS) + step) * HALF_HOUR_MS;
    const parts = new Map(local.formatToParts(at).map(({ type, value }) => [type, value]));
    const isTime = `${parts.get("hour")}:${parts.get("minute")}` === time;
    if (isTime && (weekday === undefined || parts.get("weekday") === weekday)) return at;
  }
  throw new Error(`no ${weekday ?? "day"} has ${time}`);
}
