const utc = new Intl.DateTimeFormat("en-CA", {
  timeZone: "UTC",
  dateStyle: "short",
  timeStyle: "medium",
  hourCycle: "h23",
});
const LAST_INSTANT = 8_640_000_000_000_000;

/** "2026-11-23 07:26:41 UTC": an incident is told to the second, in one time zone for everybody. */
export function exactTime(at: number): string {
  if (!(Math.abs(at) <= LAST_INSTANT)) return "an unknown time";
  return `${utc.format(at).replace(",", "")} UTC`;
}

/** "0.6 s", "12 s", "3 min 5 s". */
export function spanText(ms: number): string {
  const seconds = Math.max(0, ms) / 1_000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
