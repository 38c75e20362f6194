import type { Gate, GateSurroundings } from "#src/gates/gate";
import type { OnFault } from "#src/gates/run-gate";
import { type GateReport, runHealth } from "#src/gates/run-health";
import type { SmokeCheck, SuiteFinding } from "#src/operations/smoke/suites";
import { type Checks, notApplicable } from "#src/operations/smoke/work/check";
import type { Pair } from "#src/release/events";

/** Gates that say nothing of what is live, by id, with the reason that people read. */
export const LEFT_OUT: Readonly<Record<string, string>> = {
  backup: "it takes a backup for a cutover; the schedules `backup` and `drill` look after backups",
  "chunks-backup": "it takes a full backup for a cutover; the schedule `backup` takes them",
  "backup-rehearsal": "it restores a full backup for a cutover; the schedule `drill` does that",
  "rollback-rehearsal": "it rehearses the way back from a candidate, and there is none",
  "previous-run-intact": "it looks at what a release would replace: that is what is live, which candidate-run looks at",
  "evaluation-floors": "it rests on a release's evaluation; rag-qa asks a sample, the schedule `weekly` everything",
  "evaluation-baseline": "it rests on a release's evaluation; rag-qa compares with the last green run",
};

export type OpsHealthDeps = {
  readonly gates: readonly Gate[];
  readonly surroundings: GateSurroundings;
  readonly live: Pair;
  readonly off: ReadonlyMap<string, string>;
  readonly signal: AbortSignal;
  readonly ticks: () => number;
  readonly onFault: OnFault;
};

/** The gates of a go-live, held against what answers now: candidate and live pair are the same. */
export async function opsHealth(deps: OpsHealthDeps, checks: Checks): Promise<SuiteFinding> {
  const { gates, surroundings, live, off, signal } = deps;
  const asked: Gate[] = [];
  for (const gate of gates) {
    const why = whyLeftOut(gate, off);
    if (why === null) asked.push(gate);
    else checks.add(notApplicable(gate.id, why));
  }
  await runHealth({
    ...deps,
    gates: asked,
    chosen: { active: live, candidate: live, because: "what is live" },
    subject: { ...surroundings, active: live, frozenManifest: null, priority: "nightly" },
    onDone: (report) => {
      if (!signal.aborted) checks.add(toCheck(report));
    },
  });
  signal.throwIfAborted();
  return { checks: checks.list, facts: {} };
}

function whyLeftOut({ id }: Gate, off: ReadonlyMap<string, string>): string | null {
  const configured = off.get(id);
  if (configured !== undefined) return `Left out by golive.yaml: ${configured}`;
  const why = Object.hasOwn(LEFT_OUT, id) ? LEFT_OUT[id] : undefined;
  return why === undefined ? null : `Only for a release: ${why}.`;
}

/** A gate that golive.yaml declares not to apply, and that nothing in the data contradicts, says "pass": here it is none. */
function toCheck({ gate, result, findings, milliseconds }: GateReport): SmokeCheck {
  const isDeclared = result.verdict === "pass" && result.numbers.applies === false;
  return {
    id: gate.id,
    // A gate whose time was up behind a go-live's model calls found nothing; it is no fault.
    verdict: isDeclared ? "not-applicable" : findings.includes("time-limit") ? "inconclusive" : result.verdict,
    summary: result.summary,
    next: result.next,
    milliseconds,
    cases: [],
  };
}
