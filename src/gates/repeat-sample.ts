/** How often which questions are asked again. */
export type RepeatSample = { readonly questions: readonly string[]; readonly repeats: number };

const WHOLE = { questions: 3, repeats: 3 } as const;
const LEAST = { questions: 1, repeats: 2 } as const;
/** At 0.12 calls a second these take five minutes, of the fifteen that the check has. */
const MOST_MODEL_CALLS = 36;

/** How many questions are asked how often, when one answer takes so many calls of the shared limit. */
export function sampleSize(callsPerAnswer: number, otherAnswers: number): { questions: number; repeats: number } {
  const affordable = Math.floor(MOST_MODEL_CALLS / callsPerAnswer) - otherAnswers;
  const questions = Math.min(WHOLE.questions, Math.floor(affordable / WHOLE.repeats));
  return questions >= 1 ? { questions, repeats: WHOLE.repeats } : { ...LEAST };
}

/** The probe question first, then those of the gold file in their order; each once. */
export function chooseSample(
  probe: string,
  gold: readonly string[],
  size: { readonly questions: number; readonly repeats: number },
): RepeatSample {
  return { questions: [...new Set([probe, ...gold])].slice(0, size.questions), repeats: size.repeats };
}

/** Of the repeats after the first time, how many gave the first answer again, word for word. */
export function countIdentical(answers: readonly (readonly string[])[]): { identical: number; of: number } {
  const again = answers.map(([first, ...rest]) => ({
    of: rest.length,
    identical: rest.filter((answer) => answer === first).length,
  }));
  return {
    identical: again.reduce((sum, each) => sum + each.identical, 0),
    of: again.reduce((sum, each) => sum + each.of, 0),
  };
}
