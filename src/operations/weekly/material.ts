import type { Comparison } from "#src/evaluation/compare/compare-runs";
import type { JudgedFloors } from "#src/evaluation/compare/judge-floors";
import type { SopCard } from "#src/operations/sop/card";
import type { TracedRun } from "#src/operations/triage/triage";

/** Everything that a weekly evaluation is judged by. */
export type WeeklyMaterial = {
  readonly now: TracedRun;
  /** Null: there is nothing to compare with. `kind`: see `WeeklyResult.baseline`. */
  readonly before: (TracedRun & { readonly kind: "set" | "live" }) | null;
  readonly comparison: Comparison | null;
  readonly floors: JudgedFloors;
  /** Why no retrieval could be judged; null where it could. */
  readonly unread: string | null;
  readonly auditApplies: boolean;
};

/** SOP cards as they could be read. `broken`: what is wrong with the others, a line each. */
export type CardsRead = { readonly cards: readonly SopCard[]; readonly broken: readonly string[] };
