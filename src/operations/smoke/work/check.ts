import { ResultFileError } from "#src/evaluation/results/result-file-error";
import { ModelError } from "#src/models/model-error";
import type { SmokeCheck } from "#src/operations/smoke/suites";
import { RagServiceError } from "#src/rag/service-error";
import { RagStoreError } from "#src/rag/store-error";

export type Found = Omit<SmokeCheck, "id" | "milliseconds" | "cases" | "next"> &
  Partial<Pick<SmokeCheck, "cases" | "next">>;

/** Told of every check as it ends, so that somebody can watch. */
export type OnCheck = (check: SmokeCheck) => void;

/** Collects a suite's checks, each with the time it took. */
export type Checks = {
  readonly list: SmokeCheck[];
  /**
   * Runs one. What `work` throws is a check that could not run, never a pass: `inconclusive` where another try may mend it, else `error`.
   * False: it did not pass, so that what rests on it need not be tried.
   */
  run(id: string, work: () => Promise<Found>): Promise<boolean>;
  /** For what was looked at elsewhere, or not at all. */
  add(check: SmokeCheck): void;
};

export function createChecks(deps: {
  readonly off: ReadonlyMap<string, string>;
  readonly ticks: () => number;
  readonly signal: AbortSignal;
  readonly onCheck: OnCheck;
  /** Told everything about a fault; people get a sentence. */
  readonly onFault: (check: string, error: unknown) => void;
}): Checks {
  const { off, ticks, signal, onCheck, onFault } = deps;
  const list: SmokeCheck[] = [];
  const add = (check: SmokeCheck): void => {
    list.push(check);
    onCheck(check);
  };
  return {
    list,
    add,
    async run(id, work) {
      const reason = off.get(id);
      if (reason !== undefined) {
        add(notApplicable(id, `Left out by golive.yaml: ${reason}`));
        return true;
      }
      const began = ticks();
      let found: Found;
      try {
        found = await work();
      } catch (error) {
        // Stopped from outside: the run is begun again, and nothing was found.
        signal.throwIfAborted();
        onFault(id, error);
        found = couldNotRun(error);
      }
      const check = { next: "", cases: [], ...found, id, milliseconds: Math.round(ticks() - began) };
      add(check);
      return check.verdict === "pass";
    },
  };
}

export const notApplicable = (id: string, summary: string): SmokeCheck => ({
  id,
  verdict: "not-applicable",
  summary,
  next: "",
  milliseconds: 0,
  cases: [],
});

/** A fault of a border in its own words; anything else is a fault of ours, whose words may hold anything. */
export function couldNotRun(error: unknown): Found {
  if (error instanceof RagStoreError || error instanceof RagServiceError || error instanceof ModelError) {
    return {
      verdict: error.retryable ? "inconclusive" : "error",
      summary: `It could not run: ${error.message}`,
      next: error.retryable ? "See that what it names runs and is reachable, and run it again." : "Mend what it names.",
    };
  }
  if (error instanceof ResultFileError) {
    const next = "Look at `datasets` in golive.yaml: golive config check names what is wrong.";
    return { verdict: "error", summary: `The gold file can't be used: ${error.message}.`, next };
  }
  const name = error instanceof Error ? error.name : typeof error;
  return {
    verdict: "error",
    summary: `It stopped with a fault inside Golive (${name}).`,
    next: "The log has the details; report it with them.",
  };
}
