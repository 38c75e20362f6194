import type { AgendaEvent, SkipReason } from "#src/operations/events";
import type { OperationKind } from "#src/operations/operation";
import type { Recorded, Verdict } from "#src/release/events";
import type { Instant } from "#src/release/policy";
import type { EvaluationProgress } from "#src/release/view";

/** A run, or fires that became none, as the week's message has them. */
export type WeekRow = {
  readonly kind: OperationKind;
  /** When it was to begin; of one that a person asked for, when. */
  readonly at: Instant;
} & (
  | {
      readonly standing: "running";
      readonly number: number;
      readonly missed: number;
      readonly by: string | null;
      /** How far it is, where it says so. */
      readonly progress?: EvaluationProgress;
    }
  | {
      readonly standing: "ended";
      readonly number: number;
      readonly missed: number;
      readonly by: string | null;
      readonly verdict: Verdict;
      readonly summary: string;
      readonly endedAt: Instant;
    }
  | { readonly standing: "skipped"; readonly because: SkipReason; readonly says: string; readonly fires: number }
);

/** What a service did by the clock in one week, oldest first. */
export type WeekView = { readonly service: string; readonly week: string; readonly rows: readonly WeekRow[] };

/** Folds one week out of an agenda's stream. Runs count where they were opened, whenever they end. */
export function weekView(service: string, week: string, facts: readonly Recorded<AgendaEvent>[]): WeekView {
  const rows = new Map<string, WeekRow>();
  for (const { event, at, by, version } of facts) {
    if (event.type === "operation-opened" && event.week === week) {
      const { kind, number, missed, due } = event;
      const who = due === null ? by.name : null;
      rows.set(event.operation, { kind, at: due ?? at, standing: "running", number, missed, by: who });
    } else if (event.type === "operation-closed") {
      const row = rows.get(event.operation);
      if (row?.standing !== "running") continue;
      const { verdict, summary } = event;
      rows.set(event.operation, { ...row, standing: "ended", verdict, summary, endedAt: at });
    } else if (event.type === "fire-skipped" && event.week === week) {
      const { kind, due, because, says, fires } = event;
      rows.set(`skipped/${version}`, { kind, at: due, standing: "skipped", because, says, fires });
    }
  }
  return { service, week, rows: [...rows.values()].toSorted((one, other) => one.at - other.at) };
}

/** With how far the run of this kind is that runs now; null: it doesn't say. */
export function withProgress(view: WeekView, kind: OperationKind, progress: EvaluationProgress | null): WeekView {
  if (progress === null) return view;
  const rows = view.rows.map((row) => (row.kind === kind && row.standing === "running" ? { ...row, progress } : row));
  return { ...view, rows };
}
