import type { Json } from "#src/operations/operation";
import type { ConfigChange, ProposalEnd, ProposedFigure } from "#src/operations/proposals/events";
import type { ProposalState } from "#src/operations/proposals/state";

const MINUS = "−";
const round = (value: number, digits: number): string => {
  const text = Math.abs(value).toFixed(digits);
  return value < 0 && Number(text) !== 0 ? `${MINUS}${text}` : text;
};
const signed = (value: number, digits: number): string => (value > 0 ? "+" : "") + round(value, digits);

/** "74.0 %", "61.2 points", "0.42 s", "12". */
export function figureValue(unit: ProposedFigure["unit"], value: number): string {
  switch (unit) {
    case "share":
      return `${round(100 * value, 1)} %`;
    case "points":
      return `${round(value, 1)} points`;
    case "seconds":
      return `${round(value, 2)} s`;
    case "count":
      return round(value, Number.isInteger(value) ? 0 : 1);
  }
}

/** "gold evidence in the context: 74.0 % → 81.0 % (+7.0, 95 % interval +2.0 to +12.0), 130 questions in 60 groups". */
export function sayFigure({ name, unit, base, proposed, interval, n, groups }: ProposedFigure): string {
  const scale = unit === "share" ? 100 : 1;
  const digits = unit === "seconds" ? 2 : 1;
  const difference = signed(scale * (proposed - base), digits);
  const range =
    interval === null
      ? "no interval was computed"
      : `${round(100 * interval.level, 0)} % interval ${signed(scale * interval.low, digits)} to ${signed(scale * interval.high, digits)}`;
  const within = groups === undefined ? "" : ` in ${groups} ${groups === 1 ? "group" : "groups"}`;
  return `${name}: ${figureValue(unit, base)} → ${figureValue(unit, proposed)} (${difference}, ${range}), ${n} ${n === 1 ? "question" : "questions"}${within}`;
}

/** A value of a configuration as people read it. */
export const sayJson = (value: Json): string => (value === null ? "nothing" : JSON.stringify(value));

/** "retrieval.rrf_k: 60 → 20". */
export const sayChange = ({ path, from, to }: ConfigChange): string => `${path}: ${sayJson(from)} → ${sayJson(to)}`;

/** What comes of it once everybody has accepted. */
export function whatAcceptingDoes({ base, needsRun }: Pick<ProposalState, "base" | "needsRun">): string {
  const writes = `Accepting writes a new configuration version made from ${base.config} into the RAG store.`;
  const then = needsRun
    ? "It takes a run that was ingested with it: ingesting one and starting its go-live is left to people."
    : `Golive then opens its go-live on ${base.run} in the name of whoever accepts last, if they may start one; else it says what to type.`;
  return `${writes} ${then} Nothing is answered otherwise until that go-live is cut over, with all of its checks and sign-offs.`;
}

/** How it ended, in a few words. */
export const ENDED: Readonly<Record<ProposalEnd, string>> = {
  released: "Accepted: its go-live is open",
  accepted: "Accepted: its go-live is people's to start",
  declined: "Declined",
  stale: "Out of date",
  expired: "Expired: nobody decided in time",
  failed: "Accepted, and could not be written",
};
