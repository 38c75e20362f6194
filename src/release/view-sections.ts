import type { ChecklistItem, Proof } from "#src/release/checklist";
import { PREVIOUS_RUN_INTACT } from "#src/release/first-go-live";
import type { ReleaseState } from "#src/release/state";
import type { CheckView, ItemStatus, ItemView, SectionView, SignOffView } from "#src/release/view";
import { listOf, namesAwaited } from "#src/release/wording";

const GREEN: readonly ItemStatus[] = ["pass", "signed"];
const UNCOUNTED: readonly ItemStatus[] = ["not-built", "after-cutover", "not-applicable"];

/** The checklist's sections with all their items. A waived item is no green one: people should see that it was waived. */
export function sectionViews(
  release: ReleaseState,
  checks: readonly CheckView[],
  signOffs: readonly SignOffView[],
): readonly SectionView[] {
  const { checklist } = release;
  return checklist.sections.map(({ id, title }) => {
    const items = checklist.items
      .filter((item) => item.section === id)
      .map((item) => itemView(release, item, checks, signOffs));
    return {
      id,
      title,
      items,
      green: items.filter(({ status }) => GREEN.includes(status)).length,
      total: items.filter(({ status }) => !UNCOUNTED.includes(status)).length,
      notBuilt: items.filter(({ status }) => status === "not-built").length,
      afterCutover: items.filter(({ status }) => status === "after-cutover").length,
      notApplicable: items.filter(({ status }) => status === "not-applicable").length,
    };
  });
}

function itemView(
  release: ReleaseState,
  item: ChecklistItem,
  checks: readonly CheckView[],
  signOffs: readonly SignOffView[],
): ItemView {
  const { proof } = item;
  if (proof.kind === "not-built") return { item, status: "not-built", line: "not built yet" };
  if (proof.kind === "after-cutover") return afterCutoverView(item, proof);
  if (proof.kind === "sign-off") {
    const view = signOffs.find(({ definition }) => definition.id === proof.signOff);
    return view === undefined
      ? { item, status: "not-built", line: "not asked for" }
      : { item, status: view.status, line: signOffLine(view) };
  }
  const view = checks.find(({ definition }) => definition.id === proof.check);
  if (view !== undefined) return { item, status: view.status, line: checkLine(view) };
  return release.active === null && proof.check === PREVIOUS_RUN_INTACT
    ? { item, status: "not-applicable", line: "first go-live: there is no previous run" }
    : { item, status: "not-built", line: "not built yet" };
}

function afterCutoverView(item: ChecklistItem, proof: Extract<Proof, { kind: "after-cutover" }>): ItemView {
  const status = "after-cutover";
  switch (proof.by) {
    case "rollback":
      return { item, status, line: "done by every rollback" };
    case "operation":
      return { item, status, line: `run by the clock: ${proof.operation} (/golive schedule)` };
    case "slo":
      return { item, status, line: `watched as an SLO: ${proof.slo} (/golive slo)` };
    case "canary":
      return proof.kpi === null
        ? { item, status: "not-applicable", line: "no KPI of quality_gates.yaml measures it" }
        : { item, status, line: `watched by the canary: ${proof.kpi}` };
  }
}

function checkLine({ definition, status, result }: CheckView): string {
  if (result === null) return "";
  if (status === "not-applicable") return definition.notApplicable ?? "";
  const measured = result.bar === "" ? result.value : `${result.value} (bar: ${result.bar})`;
  if (status === "stale") return `${result.verdict} then: ${measured}`;
  return status === "pending" || status === "running" ? `last: ${measured}` : measured;
}

function signOffLine({ status, given, definition, mayNow, vetoes, waitingFor }: SignOffView): string {
  switch (status) {
    case "signed":
      return `signed by ${listOf(given.map(({ person }) => person.name))}`;
    case "vetoed":
      return `vetoed by ${listOf(vetoes.map(({ person }) => person.name))}`;
    case "waiting-for-evidence":
      return `waiting for ${listOf(waitingFor)}`;
    case "waiting":
      return `${given.length} of ${definition.quorum}, ${mayNow.length === 0 ? "nobody may sign" : namesAwaited(mayNow, definition.quorum - given.length)}`;
  }
}
