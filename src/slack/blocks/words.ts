import type { Pair } from "#src/release/events";
import type { Person } from "#src/release/people";
import type { ItemStatus, ReleaseView } from "#src/release/view";
import { code, line, shorten } from "#src/slack/escape";

export type Mark = { readonly emoji: string; readonly word: string };

/** State is always also a word: for screen readers and colour-blind people. */
export const MARKS: Readonly<Record<ItemStatus, Mark>> = {
  pending: { emoji: "", word: "pending" },
  running: { emoji: "⏳", word: "running" },
  pass: { emoji: "✅", word: "pass" },
  fail: { emoji: "❌", word: "fail" },
  inconclusive: { emoji: "⚠️", word: "inconclusive" },
  error: { emoji: "⚠️", word: "error" },
  stale: { emoji: "🔁", word: "stale" },
  waived: { emoji: "⚠️", word: "waived" },
  "waiting-for-evidence": { emoji: "⏳", word: "waiting for evidence" },
  waiting: { emoji: "✍️", word: "waiting for a sign-off" },
  signed: { emoji: "✅", word: "signed" },
  vetoed: { emoji: "⏸", word: "held by an objection" },
  "not-built": { emoji: "", word: "not built yet" },
  "after-cutover": { emoji: "", word: "after the cutover" },
  "not-applicable": { emoji: "➖", word: "not applicable" },
};

export const PHASE_MARKS: Readonly<Record<ReleaseView["phase"], Mark>> = {
  checking: { emoji: "⏳", word: "checking" },
  signing: { emoji: "✍️", word: "signing" },
  ready: { emoji: "✅", word: "ready" },
  "cutting over": { emoji: "⏳", word: "cutting over" },
  live: { emoji: "✅", word: "live" },
  cancelled: { emoji: "", word: "cancelled" },
  failed: { emoji: "❌", word: "failed" },
  paused: { emoji: "⏸", word: "paused" },
};

/** A check says no and nothing is under way: derived, not a phase. */
export const BLOCKED: Mark = { emoji: "❌", word: "blocked" };

/** "❌ fail", or just the word where the state has no mark. */
export function marked(mark: Mark): string {
  return mark.emoji === "" ? mark.word : `${mark.emoji} ${mark.word}`;
}

const numbers = new Intl.NumberFormat("en-US", { maximumFractionDigits: 4 });

/** 41220 → "41,220". */
export function number(value: number): string {
  return Number.isFinite(value) ? numbers.format(value) : "not a number";
}

/** "1 check", "3 checks". */
export function count(value: number, one: string, many = `${one}s`): string {
  return `${number(value)} ${value === 1 ? one : many}`;
}

/** A person's plain name, escaped: no notification. */
export function name(person: Person, max = 60): string {
  const plain = shorten(line(person.name), max) || line(person.id) || "somebody";
  return person.via === undefined ? plain : `${plain} (by ${shorten(line(person.via), max)})`;
}

/** "Dan Ito, Mei Sato and 3 more": at most `most` names. */
export function names(people: readonly Person[], most = 4, max = 60): string {
  const shown = people.slice(0, most).map((person) => name(person, max));
  const hidden = people.length - shown.length;
  return hidden > 0 ? `${shown.join(", ")} and ${number(hidden)} more` : shown.join(", ");
}

/** Whose sign-off is awaited: "Dan Ito or Mei Sato", "Ines Roy and Tom Vega", "2 of Ines Roy, Tom Vega, Omar Haddad". */
export function awaited(people: readonly Person[], missing: number, max = 60): string {
  if (missing === 1 && people.length === 2) return people.map((person) => name(person, max)).join(" or ");
  if (missing === people.length && missing === 2) return people.map((person) => name(person, max)).join(" and ");
  if (people.length === 1) return names(people, 1, max);
  return `${missing === people.length ? "all" : number(missing)} of ${names(people, 4, max)}`;
}

/** The run in code style, and its configuration, which moves with the same flip. */
export function pair(value: Pair, max = 70): string {
  return `${code(value.run, max)} (config ${code(value.config, max)})`;
}

/** What a cutover does, in one clause: "flips `support-docs` from `run-a` … to `run-b` …". */
export function flipWords(service: string, from: Pair | null, to: Pair, max = 70): string {
  const where = code(service, max);
  if (from === null) return `points ${where} to ${pair(to, max)} for the first time`;
  if (from.run === to.run) {
    return `flips ${where} from config ${code(from.config, max)} to ${code(to.config, max)} on run ${code(to.run, max)}`;
  }
  if (from.config === to.config) {
    return `flips ${where} from ${code(from.run, max)} to ${code(to.run, max)} (config ${code(to.config, max)} stays)`;
  }
  return `flips ${where} from ${pair(from, max)} to ${pair(to, max)}`;
}

/** First eight characters of a hash, as people read it out to each other. */
export function shortHash(hash: string): string {
  return code(hash.replace(/^sha256:/, "").slice(0, 8), 12);
}

/** Whole SHA-256 hashes in a sentence by their first twelve characters: nobody compares 64 by eye. */
export function shortHashes(text: string): string {
  return text.replace(/"?\b([0-9a-f]{12})[0-9a-f]{52}\b"?/g, "$1…");
}

/** "▰▰▰▱▱▱▱▱▱▱": `done` of `total` in ten cells; full only when all is done. */
export function bar(done: number, total: number): string {
  const cells = 10;
  const share = total <= 0 ? 0 : Math.min(1, Math.max(0, done / total));
  const full = Math.floor(share * cells);
  return `${"▰".repeat(full)}${"▱".repeat(cells - full)}`;
}
