import type { Verdict } from "#src/release/events";

/** A mark and its word: the state is readable without either. */
export const VERDICT_WORDS: Readonly<Record<Verdict, string>> = {
  pass: "✅ pass",
  fail: "❌ fail",
  inconclusive: "⚠️ inconclusive",
  error: "❌ error",
};
