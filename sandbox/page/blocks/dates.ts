const day = 86_400_000;

type Moment = { readonly at: number; readonly now: number; readonly timeZone: string };

/** The zone if the runtime knows it, else UTC: it comes from a query string. */
export function knownZone(name: string | null): string {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name ?? "UTC" }).resolvedOptions().timeZone;
  } catch {
    return "UTC";
  }
}

/** `14:05` in the zone. */
export const clockTime = (at: number, timeZone: string): string =>
  new Intl.DateTimeFormat("en-GB", { timeZone, hour: "2-digit", minute: "2-digit" }).format(at);

/** `Tuesday, 3 November 2026`, or Today / Yesterday. */
export function dayName(at: number, now: number, timeZone: string): string {
  const name = relativeDay({ at, now, timeZone }) ?? formatDate({ at, now, timeZone }, "full");
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/**
 * Fills the `{tokens}` of a `<!date^…>` in the reader's zone. Returns null for an unknown token, so that the caller
 * shows the message's own fallback, as Slack does.
 */
export function formatSlackDate(format: string, moment: Moment): string | null {
  let unknown = false;
  const text = format.replace(/\{([a-z_]+)\}/g, (whole, token: string) => {
    const value = tokenValue(token, moment);
    if (value === null) unknown = true;
    return value ?? whole;
  });
  return unknown ? null : text;
}

function tokenValue(token: string, moment: Moment): string | null {
  switch (token) {
    case "date_num":
      return formatDate(moment, "numeric");
    case "date":
      return formatDate(moment, "long");
    case "date_slash":
      return formatDate(moment, "numeric").replaceAll("-", "/");
    case "date_short":
      return formatDate(moment, "short");
    case "date_long":
    case "date_long_full":
      return formatDate(moment, "full");
    case "date_pretty":
      return relativeDay(moment) ?? formatDate(moment, "long");
    case "date_short_pretty":
      return relativeDay(moment) ?? formatDate(moment, "short");
    case "date_long_pretty":
    case "day_divider_pretty":
      return relativeDay(moment) ?? formatDate(moment, "full");
    case "time":
      return clockTime(moment.at, moment.timeZone);
    case "time_secs":
      return new Intl.DateTimeFormat("en-GB", { timeZone: moment.timeZone, timeStyle: "medium" }).format(moment.at);
    case "ago":
      return ago(moment.at, moment.now);
    default:
      return null;
  }
}

function formatDate({ at, timeZone }: Moment, style: "numeric" | "short" | "long" | "full"): string {
  if (style === "numeric") return new Intl.DateTimeFormat("en-CA", { timeZone, dateStyle: "short" }).format(at);
  const month = style === "short" ? "short" : "long";
  return new Intl.DateTimeFormat("en-GB", {
    timeZone,
    day: "numeric",
    month,
    year: "numeric",
    ...(style === "full" ? { weekday: "long" as const } : {}),
  }).format(at);
}

function relativeDay({ at, now, timeZone }: Moment): string | null {
  const date = (ms: number) => formatDate({ at: ms, now, timeZone }, "numeric");
  const difference = Math.round((Date.parse(date(at)) - Date.parse(date(now))) / day);
  return { "-1": "yesterday", "0": "today", "1": "tomorrow" }[String(difference)] ?? null;
}

function ago(at: number, now: number): string {
  const words = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
  const seconds = Math.round((at - now) / 1000);
  const size = Math.abs(seconds);
  if (size < 60) return words.format(seconds, "second");
  if (size < 3600) return words.format(Math.round(seconds / 60), "minute");
  if (size < 86_400) return words.format(Math.round(seconds / 3600), "hour");
  return words.format(Math.round(seconds / 86_400), "day");
}
