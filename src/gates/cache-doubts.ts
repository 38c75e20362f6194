import { notHeld } from "#src/gates/prompt-holds";
import { type Doubt, doubt, promptHashDoubts } from "#src/gates/service-probe";
import type { Answer } from "#src/rag/service";

/** An answer with the nonce that went with its question. `inText`: the nonce stood in the question's text as well. */
export type Asked = { readonly nonce: string; readonly inText: boolean; readonly answer: Answer };

/** A question that no store of answers can have seen: its text holds the nonce. */
export const withNonce = (question: string, nonce: string): string => `${question} (probe ${nonce})`;

/**
 * What speaks for a cache, or leaves it open. No cache takes two halves: the service says `off` or `miss`, and the prompt that
 * it shows for a question with a nonce in its text holds this nonce. The first alone is a claim; a stored answer with a new
 * nonce stamped on would pass without the second.
 */
export function cacheDoubts(asked: readonly Asked[]): readonly Doubt[] {
  const answers = asked.map(({ answer }) => answer);
  const traces = answers.flatMap(({ trace_id }) => (trace_id === null ? [] : [trace_id]));
  const strange = asked.some(({ nonce, answer }) => answer.nonce !== null && answer.nonce !== nonce);
  return [
    ...(answers.some(({ cache }) => cache === "hit")
      ? [doubt.fail("cache:hit", "an answer came out of a cache although the cache was to be off")]
      : []),
    ...(strange || new Set(traces).size < traces.length
      ? [doubt.fail("cache:stored-answer", "an answer is an earlier one's, whatever its cache field says")]
      : []),
    ...asked.filter(({ inText }) => inText).flatMap(nonceDoubts),
    ...(answers.some(({ cache }) => cache === null)
      ? [
          doubt.unshown(
            "cache:not-shown",
            "the answer has no cache field, so the service doesn't say that none answered",
          ),
        ]
      : []),
    ...(answers.some(({ nonce }) => nonce === null)
      ? [doubt.unshown("nonce:not-shown", "the answer does not carry its request's nonce")]
      : []),
    ...(sameTimings(answers)
      ? [doubt.unshown("cache:same-timings", "two answers took the same time in every step, as stored ones would")]
      : []),
  ];
}

function nonceDoubts({ nonce, answer: { prompt_audit: audit } }: Asked): readonly Doubt[] {
  if (audit === null) return [];
  const hash = promptHashDoubts(audit);
  if (audit.prompt === null || hash.length > 0) return hash;
  return notHeld(audit.prompt, [nonce]).length === 0
    ? []
    : [
        doubt.fail(
          "nonce:not-in-prompt",
          "the prompt that is shown is not of the question that was asked: its nonce is not in it, as in a stored answer",
        ),
      ];
}

/**
 * Steps of a fresh answer never take the same time to the digit, all of them at once: where there are digits. Whole milliseconds of
 * a quick service agree by chance, and say nothing.
 */
function sameTimings(answers: readonly Answer[]): boolean {
  const fine = answers.flatMap(({ timings }) => {
    const steps = [timings.retrieve_ms, timings.generate_ms, timings.total_ms];
    return steps.every((ms) => ms !== null && !Number.isInteger(ms)) ? [JSON.stringify(timings)] : [];
  });
  return new Set(fine).size < fine.length;
}
