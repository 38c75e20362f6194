import type { SloNews } from "#src/operations/digest/slo-news";
import { number } from "#src/slack/blocks/words";
import { line, shorten } from "#src/slack/escape";

const MARK: Readonly<Record<SloNews["standing"], string>> = {
  kept: "✅ kept",
  missed: "❌ missed",
  burning: "🟡 burning",
  spent: "🛑 spent",
  unknown: "⚠️ not known",
};

/** What is kept or not known, in one line: "✅ 2 of 13 kept · ⚠️ 11 not known". Empty without any SLO. */
export function sloTally(slos: readonly SloNews[]): string {
  if (slos.length === 0) return "";
  const of = (standing: SloNews["standing"]): number => slos.filter((slo) => slo.standing === standing).length;
  const unknown = of("unknown") === 0 ? "" : ` · ⚠️ ${number(of("unknown"))} not known`;
  return `✅ ${number(of("kept"))} of ${number(slos.length)} kept${unknown}`;
}

/** Those that somebody should look at. */
export const isAtRisk = ({ standing }: SloNews): boolean => standing !== "kept" && standing !== "unknown";

/** "🛑 spent · p95 latency: 31 s against 27 s, 28 days". */
export const sloLine = ({ title, standing, says }: SloNews): string =>
  `${MARK[standing]} · *${shorten(line(title).replaceAll("*", "∗"), 80)}*: ${shorten(line(says), 240)}`;
