const PATTERN = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)([.,]\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?$/i;

/** Days from 1970-01-01 to a date of the Gregorian calendar (H. Hinnant, "chrono-compatible low-level date algorithms"). */
function daysFrom(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return (
    era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468
  );
}

const monthDays = (year: number, month: number): number =>
  month === 2
    ? (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
      ? 29
      : 28
    : [4, 6, 9, 11].includes(month)
      ? 30
      : 31;

/**
 * Milliseconds since 1970 of an ISO 8601 time, fractions kept; null for anything else (31 February, 25:00, words). Without an offset
 * it is UTC, as everything that Golive writes. Summer time never comes in: an offset is a number. Read digit by digit where it is
 * written as JavaScript writes it, which is four times faster than by the pattern.
 */
export function parseInstant(text: string): number | null {
  if (text.length === USUAL.length && isUsual(text)) {
    const millis = digits(text, 20, 3);
    return instant(
      [digits(text, 0, 4), digits(text, 5, 2), digits(text, 8, 2), digits(text, 11, 2), digits(text, 14, 2)],
      digits(text, 17, 2),
      millis,
      0,
    );
  }
  const [, year, month, day, hour, minute, second = "0", fraction, zone = "Z"] = PATTERN.exec(text) ?? [];
  const offset = offsetMinutes(zone);
  if (year === undefined || offset === null) return null;
  const millis = fraction === undefined ? 0 : Number(`0.${fraction.slice(1)}`) * 1000;
  return instant(
    [Number(year), Number(month), Number(day), Number(hour), Number(minute)],
    Number(second),
    millis,
    offset,
  );
}

const USUAL = "0000-00-00T00:00:00.000Z";
const [ZERO, NINE] = [0x30, 0x39];

function isUsual(text: string): boolean {
  for (let index = 0; index < USUAL.length; index++) {
    const [code, wanted] = [text.charCodeAt(index), USUAL.charCodeAt(index)];
    if (wanted === ZERO ? code < ZERO || code > NINE : code !== wanted) return false;
  }
  return true;
}

function digits(text: string, from: number, count: number): number {
  let value = 0;
  for (let index = from; index < from + count; index++) value = value * 10 + text.charCodeAt(index) - ZERO;
  return value;
}

type Minutes = readonly [year: number, month: number, day: number, hour: number, minute: number];

/** `offset`: minutes by which the clock is ahead of UTC. Null for a date or a time of day that doesn't exist. */
function instant(
  [year, month, day, hour, minute]: Minutes,
  second: number,
  millis: number,
  offset: number,
): number | null {
  if (month < 1 || month > 12 || day < 1 || day > monthDays(year, month)) return null;
  if (hour > 23 || minute > 59 || second > 59) return null;
  return ((daysFrom(year, month, day) * 24 + hour) * 60 + minute - offset) * 60_000 + second * 1000 + millis;
}

function offsetMinutes(zone: string): number | null {
  if (zone === "Z" || zone === "z") return 0;
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(-2))];
  if (hours > 23 || minutes > 59) return null;
  return (zone.startsWith("-") ? -1 : 1) * (hours * 60 + minutes);
}
