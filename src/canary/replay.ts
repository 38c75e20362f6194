import { runCanary } from "#src/canary/canary-run";
import { type CanaryState, newCanary } from "#src/canary/canary-state";
import { checkObservation, type Refusal } from "#src/canary/check-observation";
import { bucketOf } from "#src/canary/clock";
import { createFingerprints } from "#src/canary/fingerprints";
import type { CanaryPolicy } from "#src/canary/kpi";
import type { Observation } from "#src/canary/observation";
import type { QuestionLedger } from "#src/canary/question-ledger";
import { createTimeGate } from "#src/canary/time-gate";
import { type CanaryReport, judgeCanary } from "#src/canary/verdict";

/** A line that was refused, by its number from 1. */
export type RefusedLine = Refusal & { readonly line: number };

export type Replay = {
  /** A line without its end. Empty ones are skipped. */
  line(text: string): void;
  /** How many lines came. */
  lines(): number;
  /** The verdict on all lines; nothing more may come. `unusable`: so many more were refused before they came here. */
  end(unusable?: number): Replayed;
};

export type Replayed = {
  readonly report: CanaryReport;
  readonly state: CanaryState;
  readonly lines: number;
  readonly refused: number;
  readonly duplicates: number;
  /** Lines that stand behind later ones by more than a bucket or an hour. */
  readonly disordered: number;
  /** Different questions that have an id and were scored. */
  readonly questions: number;
};

/** Above this share of refused lines the others don't stand for the canary. */
const MOST_REFUSED = 0.05;
/** Lines of which more than this share are late were not written as they came. */
const MOST_LATE = 0.05;

/**
 * Whether the lines stand in an order that isn't that of time (one arm after the other, sorted by something else, shuffled): then it says
 * nothing about who came late, and they have to be sorted first.
 */
export function isUnsorted({ lines, disordered }: Replayed): boolean {
  return disordered > lines * MOST_LATE;
}

/** The bucket of a line; null for one that can't be used. */
export function bucketOfLine(text: string): number | null {
  const checked = parseLine(text);
  return checked.ok ? bucketOf(checked.observation.at) : null;
}

type Numbered = { readonly at: number; readonly line: number; readonly observation: Observation };

/**
 * Runs the verdict over recorded lines as it would have run live, as fast as they come and in memory that doesn't grow but for 12 bytes a
 * trace. A line that can't be used is told to `refuse`, and the others go on; the same trace twice counts once.
 */
export function replayCanary(policy: CanaryPolicy, refuse: (line: RefusedLine) => void): Replay {
  const state = newCanary(policy);
  const questions = fingerprintLedger();
  const run = runCanary(policy, state, questions);
  const traces = createFingerprints();
  const counts = { lines: 0, refused: 0, duplicates: 0 };
  let untimely = 0;
  let number = 0;
  const reject = (refusal: RefusedLine) => {
    counts.refused++;
    refuse(refusal);
  };
  const gate = createTimeGate<Numbered>(({ line, observation }, refusal) => {
    if (refusal !== null) {
      untimely++;
      reject({ line, kind: "time", sentence: refusal });
    } else if (traces.mark(observation.traceId, 1) !== 0) counts.duplicates++;
    else run.add(observation);
  });
  return {
    line(text) {
      number++;
      if (isEmpty(text)) return;
      counts.lines++;
      const checked = parseLine(text);
      if (!checked.ok) reject({ line: number, ...checked.refusal });
      else gate.push({ at: checked.observation.at, line: number, observation: checked.observation });
    },
    lines: () => counts.lines,
    end(unusable = 0) {
      gate.end();
      run.end();
      counts.lines += unusable;
      counts.refused += unusable;
      const doubts = doubtsOf(counts);
      const report = judgeCanary(policy, state, { control: "concurrent", timed: true, doubts });
      const disordered = untimely + state.counts.baseline.late + state.counts.canary.late;
      return { report, state, ...counts, disordered, questions: questions.size };
    },
  };
}

function doubtsOf({ lines, refused }: { readonly lines: number; readonly refused: number }): string[] {
  if (refused <= lines * MOST_REFUSED) return [];
  return [`${refused} of ${lines} lines could not be used: more than ${100 * MOST_REFUSED} %`];
}

function parseLine(text: string) {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { ok: false, refusal: { kind: "not-json", sentence: `it is no JSON (${why})` } } as const;
  }
  return checkObservation(value);
}

/** Only the beginning is looked at: nearly every line has something there. */
const isEmpty = (text: string): boolean => !text.startsWith("{") && text.trim() === "";

/** Which question has counted for which KPI, in as little memory as the traces. */
function fingerprintLedger(): QuestionLedger {
  const known = createFingerprints();
  return {
    take: (queryId, place) => (known.mark(queryId, 1 << place) & (1 << place)) === 0,
    get size() {
      return known.size;
    },
  };
}
