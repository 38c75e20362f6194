import { bounded } from "#src/operations/smoke/bounded";
import { compareSmoke } from "#src/operations/smoke/compare";
import {
  type EarlierRun,
  type EarlierSmokes,
  type SmokeCheck,
  type SmokeResult,
  type SmokeSuite,
  SUITES,
  type SuiteFinding,
  type SuiteId,
  toSuite,
} from "#src/operations/smoke/suites";
import { type Checks, couldNotRun, createChecks, notApplicable } from "#src/operations/smoke/work/check";
import type { Pair } from "#src/release/events";
import { pairText, samePair } from "#src/release/pair";

/** What a suite is told. */
export type SuiteCall = {
  readonly live: Pair;
  readonly checks: Checks;
  /** Checks of this suite that golive.yaml leaves out, with the reason. */
  readonly off: ReadonlyMap<string, string>;
  /** The last run in which this suite passed. */
  readonly green: EarlierRun | null;
  readonly signal: AbortSignal;
  readonly onProgress: (says: string) => void;
};

export type RunSuite = (call: SuiteCall) => Promise<SuiteFinding>;

/** For whoever watches. */
export type SmokeWatcher = {
  readonly onSuite?: (suite: SuiteId) => void;
  readonly onCheck?: (suite: SuiteId, check: SmokeCheck) => void;
  readonly onProgress?: (suite: SuiteId, says: string) => void;
};

export type SmokeDeps = {
  readonly suites: Readonly<Record<SuiteId, RunSuite>>;
  readonly pointer: (signal: AbortSignal) => Promise<Pair | null>;
  /** The rollback that waits or is under way; null: none. */
  readonly rollback: () => Promise<string | null>;
  /** `suite` or `suite/check` → why it is left out. */
  readonly off: Readonly<Record<string, string>>;
  readonly earlier: EarlierSmokes;
  readonly ticks: () => number;
  readonly onFault: (check: string, error: unknown) => void;
};

/**
 * The suites one after another against what is live. Between them it looks whether that is still so: a run that began with one pair and
 * ended with another says nothing of either. What a suite throws is that suite's, never the others'. An abort is thrown.
 */
export async function runSmoke(
  deps: SmokeDeps,
  wanted: readonly SuiteId[],
  signal: AbortSignal,
  watcher: SmokeWatcher = {},
): Promise<SmokeResult> {
  const live = await deps.pointer(signal);
  const ended = (stopped: string | null, suites: readonly SmokeSuite[]): SmokeResult => ({
    version: 1,
    live,
    stopped,
    suites: suites.map(bounded),
    compared: compareSmoke(suites, deps.earlier, stopped),
  });
  if (live === null) return ended("Nothing is live: there is nothing that a smoke run could look at.", []);
  const suites: SmokeSuite[] = [];
  for (const id of SUITES.filter((each) => wanted.includes(each))) {
    const stopped = await whyStopped(deps, live, signal);
    if (stopped !== null) return ended(stopped, suites);
    watcher.onSuite?.(id);
    suites.push(await runOne(deps, id, live, signal, watcher));
  }
  return ended(await whyStopped(deps, live, signal), suites);
}

async function whyStopped(deps: SmokeDeps, live: Pair, signal: AbortSignal): Promise<string | null> {
  const rollback = await deps.rollback();
  if (rollback !== null) {
    return `A rollback is under way (${rollback}): what is live changes, so that this run says nothing. The next one will.`;
  }
  const now = await deps.pointer(signal);
  if (samePair(now, live)) return null;
  return `What is live changed during the run, from ${pairText(live)} to ${pairText(now)}: it says nothing of either. Run it again.`;
}

async function runOne(
  deps: SmokeDeps,
  id: SuiteId,
  live: Pair,
  signal: AbortSignal,
  watcher: SmokeWatcher,
): Promise<SmokeSuite> {
  const { ticks, onFault } = deps;
  const began = ticks();
  const reason = deps.off[id];
  if (reason !== undefined) {
    const check = notApplicable("suite", `Left out by golive.yaml: ${reason}`);
    watcher.onCheck?.(id, check);
    return toSuite(id, { checks: [check], facts: {} }, 0);
  }
  const off = new Map(
    Object.entries(deps.off).flatMap(([name, why]) =>
      name.startsWith(`${id}/`) ? [[name.slice(id.length + 1), why] as const] : [],
    ),
  );
  const checks = createChecks({
    off,
    ticks,
    signal,
    onCheck: (check) => watcher.onCheck?.(id, check),
    onFault: (check, error) => onFault(`${id}/${check}`, error),
  });
  const call: SuiteCall = {
    live,
    checks,
    off,
    green: deps.earlier.suites[id] ?? null,
    signal,
    onProgress: (says) => watcher.onProgress?.(id, says),
  };
  let finding: SuiteFinding;
  try {
    finding = await deps.suites[id](call);
    // A suite that looked at nothing proves nothing.
    if (finding.checks.length === 0) throw new Error(`the suite ${id} ran no check`);
  } catch (error) {
    signal.throwIfAborted();
    onFault(id, error);
    checks.add({ id: "suite", cases: [], milliseconds: Math.round(ticks() - began), next: "", ...couldNotRun(error) });
    finding = { checks: checks.list, facts: {} };
  }
  return toSuite(id, finding, Math.round(ticks() - began));
}
