import type { Verdict } from "#src/release/events";
import { MARKS, marked } from "#src/slack/blocks/words";

/** "✅ pass": a mark and its word, so that the state is readable without either. */
export const VERDICT_WORDS: Readonly<Record<Verdict, string>> = {
  pass: marked(MARKS.pass),
  fail: marked(MARKS.fail),
  inconclusive: marked(MARKS.inconclusive),
  error: marked(MARKS.error),
};
