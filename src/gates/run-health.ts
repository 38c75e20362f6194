import PQueue from "p-queue";
import type { ChosenPair } from "#src/gates/choose-pair";
import type { Gate, GateSubject } from "#src/gates/gate";
import { type Examined, examine, type OnFault } from "#src/gates/run-gate";
import type { CheckResult, Verdict } from "#src/release/events";
import { evidenceHash } from "#src/release/hash";

/** As many as a bot's worker runs at once: most gates read the RAG store, whose connections others need too. */
export const GATES_AT_ONCE = 3;

/** One gate's answer. `findings`: the kinds behind the verdict; `milliseconds` of machine time. */
export type GateReport = Examined & { readonly gate: Gate; readonly milliseconds: number };

/**
 * Runs gates outside any release, a few at once, in the order given. An aborted `signal` stops those that run (their
 * statements are cancelled in the database) and starts no more. Never throws for what a gate finds or fails at.
 */
export async function runHealth(options: {
  readonly gates: readonly Gate[];
  readonly chosen: ChosenPair;
  readonly subject: Omit<GateSubject, "candidate">;
  readonly signal: AbortSignal;
  /** Any steady clock, in milliseconds. */
  readonly ticks: () => number;
  readonly onFault: OnFault;
  readonly onDone?: (report: GateReport) => void;
}): Promise<readonly GateReport[]> {
  const { gates, chosen, signal, ticks, onDone = () => undefined } = options;
  const queue = new PQueue({ concurrency: GATES_AT_ONCE });
  return Promise.all(
    gates.map((gate) =>
      queue.add(async (): Promise<GateReport> => {
        const began = ticks();
        const examined = await examineFor(gate, options, chosen, signal);
        const report = { ...examined, gate, milliseconds: Math.round(ticks() - began) };
        onDone(report);
        return report;
      }),
    ),
  );
}

const NOBODY = { run: "", config: "" };

function examineFor(
  gate: Gate,
  { subject, onFault }: { readonly subject: Omit<GateSubject, "candidate">; readonly onFault: OnFault },
  chosen: ChosenPair,
  signal: AbortSignal,
): Promise<Examined> | Examined {
  if (chosen.candidate === null && gate.withoutCandidate !== true) return noCandidate(gate, chosen.because);
  return examine(gate, { ...subject, candidate: chosen.candidate ?? NOBODY }, signal, onFault);
}

function noCandidate(gate: Gate, because: string): Examined {
  const result: CheckResult = {
    verdict: "error",
    summary: `"${gate.title}" was not run: there is no candidate to look at, ${because}.`,
    value: "could not run",
    bar: "",
    numbers: {},
    how: `gate ${gate.id}, version ${gate.version}`,
    next: "Name one with --run and --config, or ingest one.",
    evidenceHash: evidenceHash({
      check: gate.id,
      version: gate.version,
      verdict: "error",
      thresholds: {},
      inputs: "no candidate",
    }),
  };
  return { result, findings: ["candidate:none"] };
}

/** From best to worst. One fail outweighs any number of gates that could not tell. */
const WORSE: readonly Verdict[] = ["pass", "inconclusive", "error", "fail"];

/** The verdict over all of them; an error when there was nothing to run. */
export function worstVerdict(verdicts: readonly Verdict[]): Verdict {
  return (
    verdicts.reduce<Verdict | null>((worst, each) => {
      return worst === null || WORSE.indexOf(each) > WORSE.indexOf(worst) ? each : worst;
    }, null) ?? "error"
  );
}
