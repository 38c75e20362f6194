import { budgetWords } from "#src/operations/slo/lines";
import type { SloReport } from "#src/operations/slo/slo";
import { sloTitle } from "#src/operations/slo/titles";

/** How an SLO stands, in a line. `burning`: an alert is open; `spent`: its budget is gone on record; `unknown`: too little is known. */
export type SloNews = {
  readonly slo: string;
  readonly title: string;
  readonly standing: "kept" | "missed" | "burning" | "spent" | "unknown";
  /** The number against its bar, and what is left of the budget. */
  readonly says: string;
};

const WORST_FIRST = { spent: 0, burning: 1, missed: 2, unknown: 3, kept: 4 } as const;
const STANDINGS = { pass: "kept", fail: "missed", inconclusive: "unknown" } as const;

/** The SLOs of a report, the worst first, else in their own order. */
export function sloNews({ slos, burning, spent, windowDays }: SloReport): readonly SloNews[] {
  return slos
    .map(({ id, standing, value, bar, budgetLeft, says }): SloNews => {
      const burns = burning.find(({ slo }) => slo === id);
      const left = budgetLeft === null ? "" : `, budget ${budgetWords(budgetLeft)}`;
      return {
        slo: id,
        title: sloTitle(id),
        standing: spent.includes(id) ? "spent" : burns !== undefined ? "burning" : STANDINGS[standing],
        says: burns?.says ?? (value === null ? says : `${value} against ${bar} over ${windowDays} days${left}`),
      };
    })
    .sort((a, b) => WORST_FIRST[a.standing] - WORST_FIRST[b.standing]);
}
