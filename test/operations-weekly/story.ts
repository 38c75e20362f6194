import { fileURLToPath } from "node:url";
import { readSopCards } from "#src/config/read-sop-cards";
import type { OperationState } from "#src/operations/state";
import { makeWeeklyResult } from "#src/operations/weekly/make-result";
import type { WeeklyResult } from "#src/operations/weekly/result";
import type { Person } from "#src/release/people";
import { materialOf, records, type Went } from "#test/operations-weekly/traced";

const CONFIGS = fileURLToPath(new URL("../../configs/", import.meta.url));

export const AT = Date.UTC(2026, 10, 29, 3, 40);
export const bot: Person = { id: "golive", name: "Golive", kind: "bot" };
export const omar: Person = { id: "U0OMAR", name: "Omar Haddad", kind: "member" };

/** A weekly evaluation whose first cases went as given, against one in which all went well, with the shipped cards. */
export async function weeklyFinding(first: number, went: Went) {
  const now = records(60, (at) => (at < first ? went : {}));
  const { cards } = await readSopCards(CONFIGS, null);
  return makeWeeklyResult(await materialOf(now, records(60)), { cards, broken: [] });
}

/** The run as it stands after that. */
export function weeklyRun(
  finding: Awaited<ReturnType<typeof weeklyFinding>> & { readonly result: WeeklyResult },
  changes: Partial<OperationState> = {},
): OperationState {
  return {
    id: "op_0123456789abcdef",
    number: 3,
    kind: "weekly",
    service: "support-docs",
    channel: "C0RELEASE",
    due: AT - 3_600_000,
    trigger: "schedule",
    missed: 0,
    by: bot,
    requestedAt: AT - 3_600_000,
    finished: { ...finding, result: JSON.parse(JSON.stringify(finding.result)), at: AT },
    steps: [],
    version: 2,
    ...changes,
  };
}
