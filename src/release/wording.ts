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

/** Whether a typed reason says something: at least ten characters that are not blank. */
export const REASON_MIN = 10;
export function isReason(text: string): boolean {
  return text.trim().length >= REASON_MIN;
}
