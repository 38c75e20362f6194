import { randomUUID } from "node:crypto";
import type { Gate, GateFinding } from "#src/gates/gate";
import { runnerWithin } from "#src/rag/runner-within";
import type { FlipOutcome, RagStore } from "#src/rag/store";
import { RagStoreError } from "#src/rag/store-error";
import { ragStoreOver } from "#src/rag/store-postgres";
import type { Pair } from "#src/release/events";
import { digestOf } from "#src/release/hash";
import { pairText, samePair } from "#src/release/pair";

/** What carries the result out of a transaction that must not be committed. */
class Undo extends Error {
  readonly problem: Problem | null;
  constructor(problem: Problem | null) {
    super("rolled back on purpose");
    this.problem = problem;
  }
}

type Problem = { readonly finding: string; readonly why: string };

/** A pair that nothing could be. */
const STRANGER: Pair = { run: "golive-rehearsal", config: "golive-rehearsal" };

/**
 * Plays the cutover and the way back through, with the flips that would really be made, on the real pointer with its real triggers and
 * rights, inside a transaction that is always rolled back: nobody ever sees it, and nothing stays. What a rollback does to data, caches
 * and answers is looked at elsewhere (previous-run-intact, backup-rehearsal) or when it happens.
 */
export const rollbackRehearsal: Gate = {
  id: "rollback-rehearsal",
  title: "Rollback rehearsed",
  version: 1,
  timeoutMs: 60_000,
  thresholds: () => ({ flips: "forward, back, repeated, refused" }),
  check: async ({ service, store, candidate, active, machineNow }, signal): Promise<GateFinding> => {
    const from = await store.pointer(signal);
    const began = machineNow();
    const problem = await rehearse(store, (inside) => ragStoreOver(inside, service), { from, to: candidate }, signal);
    const base = {
      bar: "forward, back, and nothing else",
      how: "the real flips on the real pointer, in a transaction that was rolled back",
      numbers: { milliseconds: Math.round(machineNow() - began), from: pairText(from), to: pairText(candidate) },
      inputs: digestOf({ active, candidate }),
    };
    if (problem !== null) {
      return {
        ...base,
        verdict: "fail",
        summary: `A rollback would not work: ${problem.why}.`,
        value: "not possible",
        next: "Look at triggers, rules, row security and rights of the pointer table, then rerun this check.",
        findings: [problem.finding],
      };
    }
    return {
      ...base,
      verdict: "pass",
      summary: `The pointer went to ${pairText(candidate)} and back to ${pairText(from)}; a repeated flip changed nothing, and one from another pair was refused.`,
      value: "forward and back",
      next: "",
      findings: [],
    };
  },
};

async function rehearse(
  store: RagStore,
  storeOver: (inside: ReturnType<typeof runnerWithin>) => RagStore,
  { from, to }: { readonly from: Pair | null; readonly to: Pair },
  signal: AbortSignal,
): Promise<Problem | null> {
  try {
    await store.transaction(
      "write",
      async (query) => {
        // A real flip, or anybody else at the pointer, is never kept waiting by a rehearsal, nor the other way round.
        await query("SET LOCAL lock_timeout = '2s'");
        throw new Undo(await play(storeOver(runnerWithin(query)), from, to));
      },
      signal,
    );
  } catch (error) {
    if (error instanceof Undo) return error.problem;
    throw error;
  }
  throw new Error("a rehearsal was left without being rolled back");
}

async function play(inside: RagStore, from: Pair | null, to: Pair): Promise<Problem | null> {
  const id = `rehearsal/${randomUUID()}`;
  const flip = async (step: string, a: Pair | null, b: Pair | null): Promise<FlipOutcome | Problem> => {
    try {
      return await inside.flip(`${id}/${step}`, a, b);
    } catch (error) {
      if (!(error instanceof RagStoreError) || error.code !== "pointer-broken") throw error;
      return { finding: `${step}:broken`, why: error.message.replace(/\.$/, "") };
    }
  };
  const steps: readonly [
    step: string,
    a: Pair | null,
    b: Pair | null,
    wanted: FlipOutcome["outcome"],
    then: Pair | null,
  ][] = [
    ["forward", from, to, "flipped", to],
    ["back", to, from, "flipped", from],
    ["back", to, from, "flipped", from],
    ["stranger", STRANGER, to, "refused", from],
  ];
  for (const [step, a, b, wanted, then] of steps) {
    const found = await flip(step, a, b);
    if ("finding" in found) return found;
    if (found.outcome !== wanted) {
      return {
        finding: `${step}:${found.outcome}`,
        why: `the flip ${step} from ${pairText(a)} to ${pairText(b)} was ${found.outcome}`,
      };
    }
    const now = await inside.pointer();
    if (!samePair(now, then)) {
      return {
        finding: `${step}:elsewhere`,
        why: `after the flip ${step} the pointer says ${pairText(now)}, not ${pairText(then)}`,
      };
    }
  }
  return null;
}
