/** A share as people read it: "99.53 %". Enough digits to tell it from its bar. */
export const percent = (share: number): string => `${trim((share * 100).toFixed(2))} %`;
const trim = (text: string): string => (text.includes(".") ? text.replace(/0+$/, "").replace(/\.$/, "") : text);

export const seconds = (value: number): string =>
  Number.isFinite(value) ? `${trim(value.toFixed(value < 1 ? 3 : 2))} s` : "no answer";
export const milliseconds = (value: number): string => `${trim(value.toFixed(1))} ms`;

/** "1,240". */
export const number = (value: number): string => String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ",");

export const rateWords = (rate: number): string => `${trim(rate.toFixed(rate < 100 ? 1 : 0))}×`;

export function hoursWords(hours: number): string {
  if (hours < 1) return `${Math.round(hours * 60)} min`;
  if (hours < 48) return `${trim(hours.toFixed(1))} h`;
  return `${trim((hours / 24).toFixed(1))} days`;
}
