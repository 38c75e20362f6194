import type { LocalDate } from "#src/operations/schedule/calendar";

/** Days since 1 March 0000 in the Gregorian calendar (Howard Hinnant's days_from_civil, shifted). Months from 1. */
function dayNumber({ year, month, day }: LocalDate): number {
  const y = month <= 2 ? year - 1 : year;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  return 365 * y + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + dayOfYear;
}

/** 0: Monday … 6: Sunday. 1 March 0000 was a Wednesday. */
const weekday = (days: number): number => (days + 2) % 7;

/** The ISO 8601 week of a day: weeks begin on Monday and belong to the year that has their Thursday. "2026-W48". */
export function isoWeek(date: LocalDate): string {
  const days = dayNumber(date);
  const thursday = days - weekday(days) + 3;
  let { year } = date;
  if (thursday < dayNumber({ year, month: 1, day: 1 })) year -= 1;
  else if (thursday >= dayNumber({ year: year + 1, month: 1, day: 1 })) year += 1;
  const week = Math.floor((thursday - dayNumber({ year, month: 1, day: 1 })) / 7) + 1;
  return `${year}-W${String(week).padStart(2, "0")}`;
}

/** "2026-11-29". */
export const dateText = ({ year, month, day }: LocalDate): string =>
  `${year}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
