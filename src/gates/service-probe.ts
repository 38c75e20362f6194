import type { GateSubject } from "#src/gates/gate";
import type { Answer } from "#src/rag/service";

/** Asks the governed service as an evaluation would, within the shared limit of model calls. Throws `RagServiceError`. */
export type AskService = (
  subject: GateSubject,
  question: {
    readonly query: string;
    readonly nonce: string;
    readonly eval: { readonly temperature: number; readonly seed: number; readonly disable_cache: boolean };
  },
  signal: AbortSignal,
) => Promise<Answer>;

/** What stands against a pass: `fail` contradicts what was asked for, `inconclusive` was not shown. */
export type Doubt = { readonly verdict: "fail" | "inconclusive"; readonly kind: string; readonly words: string };

const fail = (kind: string, words: string): Doubt => ({ verdict: "fail", kind, words });
const unshown = (kind: string, words: string): Doubt => ({ verdict: "inconclusive", kind, words });
export const doubt = { fail, unshown };

/** Worst first: what was found outweighs what could not be shown. */
export function verdictOf(doubts: readonly Doubt[]): "pass" | "fail" | "inconclusive" {
  if (doubts.some(({ verdict }) => verdict === "fail")) return "fail";
  return doubts.length > 0 ? "inconclusive" : "pass";
}

/** The doubts in words, those that decide the verdict first; each kind once. */
export function inWords(doubts: readonly Doubt[]): string {
  const order = [...doubts].sort((a, b) => Number(a.verdict === "inconclusive") - Number(b.verdict === "inconclusive"));
  return [...new Map(order.map(({ kind, words }) => [kind, words])).values()].join("; ");
}

/** Whether an answer is about the pair that was asked for. */
export function pairDoubts({ candidate }: Pick<GateSubject, "candidate">, answer: Answer): readonly Doubt[] {
  const { run_id: run, config_version: config } = answer;
  if (run === null || config === null)
    return [unshown("pair:not-shown", "the answer does not say which pair answered")];
  if (run === candidate.run && config === candidate.config) return [];
  return [fail("pair:other", `the service answered from ${run} with ${config}, not from the candidate`)];
}

/** Whether an answer shows temperature 0 and the seed that was asked for (`wanted`), or that its model takes none. */
export function samplingDoubts({ prompt_audit: audit }: Answer, wanted: number): readonly Doubt[] {
  if (audit === null) return [unshown("prompt_audit:not-shown", "the answer carries no prompt_audit")];
  const { temperature, seed } = audit;
  return [
    ...(temperature === null
      ? [unshown("temperature:not-shown", "the temperature that was used is not shown")]
      : temperature === 0
        ? []
        : [fail("temperature:not-0", `the service used temperature ${temperature}`)]),
    ...(seed === null
      ? [unshown("seed:not-shown", "the seed that was used is not shown")]
      : seed === wanted || seed === "unsupported"
        ? []
        : [fail("seed:other", `the service used seed ${seed}, not ${wanted}`)]),
  ];
}
