import type { Person } from "#src/release/people";

const MINUTE_MS = 60_000;
const HOUR_MIN = 60;
const DAY_MIN = 24 * HOUR_MIN;

/** "Dan Ito", "Dan Ito or Mei Sato", "Dan Ito, Mei Sato or Omar Reyes". */
export function namesOr(people: readonly Person[]): string {
  return listOf(
    people.map((person) => person.name),
    "or",
  );
}

/** Whom `missing` signatures are awaited from: "Ines Roy and Tom Vega" when both are needed, "Ines Roy or Tom Vega" when one is. */
export function namesAwaited(people: readonly Person[], missing: number): string {
  return missing < people.length ? namesOr(people) : listOf(people.map(({ name }) => name));
}

/** "a", "a and b", "a, b and c". */
export function listOf(words: readonly string[], last: "and" | "or" = "and"): string {
  const head = words.slice(0, -1).join(", ");
  const tail = words.at(-1) ?? "";
  return head === "" ? tail : `${head} ${last} ${tail}`;
}

/** "45 min", "3 h 20 min", "2 d 4 h". Rounded up, never "0 min". */
export function durationText(ms: number): string {
  const minutes = Math.max(1, Math.ceil(ms / MINUTE_MS));
  if (minutes < HOUR_MIN) return `${minutes} min`;
  const [big, small, bigUnit, smallUnit] =
    minutes < DAY_MIN
      ? [Math.floor(minutes / HOUR_MIN), minutes % HOUR_MIN, "h", "min"]
      : [Math.floor(minutes / DAY_MIN), Math.floor((minutes % DAY_MIN) / HOUR_MIN), "d", "h"];
  return small === 0 ? `${big} ${bigUnit}` : `${big} ${bigUnit} ${small} ${smallUnit}`;
}

/** The first characters of a hash, as people read them. */
export function shortHash(hash: string): string {
  return hash.slice(0, 8);
}

/** Keys of a manifest whose value follows from others: beside the difference that made them differ they say nothing. */
const DERIVED = ["configuration.sha256:", "service_report.reported_config_hash:", "active.config_sha256:"];

/**
 * Some of a manifest's differences in one line, those that people made before those that follow from them: "a: 1 → 2; b: 3 → 4;
 * and 5 more". All of them stand in the thread and in the diff.
 */
export function nameChanges(changes: readonly string[], most = 3): string {
  const follows = (change: string): boolean => DERIVED.some((start) => change.startsWith(start));
  const made = changes.filter((change) => !follows(change));
  const shown = made.length > 0 ? made : changes;
  const more = shown.length > most ? [`and ${shown.length - most} more`] : [];
  return [...shown.slice(0, most), ...more].join("; ");
}

/** Whether a typed reason says something: at least ten characters that are not blank. */
export const REASON_MIN = 10;
export function isReason(text: string): boolean {
  return text.trim().length >= REASON_MIN;
}

/** The text with the full stop that it may lack. */
export function sentence(text: string): string {
  const said = text.trim();
  return /[.!?]$/.test(said) ? said : `${said}.`;
}
