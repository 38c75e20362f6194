import type { Instant } from "#src/release/policy";

/** A day of the calendar, as a zone has it at some instant. */
export type LocalDate = { readonly year: number; readonly month: number; readonly day: number };

/** When a schedule fires. */
export type Rhythm = { readonly cron: string; readonly zone: string };

/** What is known of time zones and crons. The same question has the same answer on every copy of the bot. */
export interface Calendar {
  /** Fires after `after` up to and including `until`, oldest first; of very many the newest 5,000. */
  fires(rhythm: Rhythm, after: Instant, until: Instant): readonly Instant[];
  /** The first fire after `after`; null: there is none. */
  next(rhythm: Rhythm, after: Instant): Instant | null;
  localDate(at: Instant, zone: string): LocalDate;
}
