import type { SloNews } from "#src/operations/digest/slo-news";
import { line, shorten } from "#src/slack/escape";

const MARK: Readonly<Record<SloNews["standing"], string>> = {
  kept: "✅ kept",
  missed: "❌ missed",
  burning: "🟡 burning",
  spent: "🛑 spent",
  unknown: "⚠️ not known",
};

/** "🛑 spent · p95 latency: 31 s against 27 s, 28 days". */
export const sloLine = ({ title, standing, says }: SloNews): string =>
  `${MARK[standing]} · *${shorten(line(title).replaceAll("*", "∗"), 80)}*: ${shorten(line(says), 240)}`;
