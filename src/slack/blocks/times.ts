import type { Instant } from "#src/release/policy";

const utc = new Intl.DateTimeFormat("en-CA", {
  timeZone: "UTC",
  dateStyle: "short",
  timeStyle: "short",
  hourCycle: "h23",
});
const LAST_INSTANT = 8_640_000_000_000_000;

/** "2026-11-23 07:26 UTC": for plain text, which can't carry a date token. */
export function utcTime(at: Instant): string {
  if (!(Math.abs(at) <= LAST_INSTANT)) return "an unknown time";
  return `${utc.format(at).replace(",", "")} UTC`;
}

/** A date token: everybody reads their own time zone; the fallback is UTC. */
export function when(at: Instant): string {
  return token(at, "{date_short_pretty} at {time}");
}

/** Like `when`, with seconds: for the moment of a flip. */
export function whenExactly(at: Instant): string {
  return token(at, "{date_short_pretty} at {time_secs}");
}

/** "0.6 s", "12 s", "3 min 5 s", "2 h 4 min". `ms`: a span; a clock that went back makes it 0. */
export function elapsed(ms: number): string {
  const seconds = Math.max(0, ms) / 1_000;
  if (!Number.isFinite(seconds)) return "an unknown time";
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3_600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3_600)} h ${Math.floor((whole % 3_600) / 60)} min`;
}

function token(at: Instant, format: string): string {
  if (!(Math.abs(at) <= LAST_INSTANT)) return "an unknown time";
  return `<!date^${Math.floor(at / 1000)}^${format}|${utcTime(at)}>`;
}
