import type { SloLine } from "#src/operations/digest/picture";
import type { OperationKind } from "#src/operations/operation";
import { line, shorten } from "#src/slack/escape";

/** What people call a kind of operation. */
export const OPERATION_WORDS: Readonly<Record<OperationKind, string>> = {
  smoke: "Smoke",
  weekly: "Weekly evaluation",
  "few-shot": "Few-shot refresh",
  backup: "Backup",
  drill: "Restore drill",
  digest: "Morning digest",
};

const MARK: Readonly<Record<SloLine["standing"], string>> = {
  kept: "✅ kept",
  burning: "🟡 burning",
  spent: "🛑 spent",
  unknown: "⚠️ not known",
};

/** "🛑 spent · p95 latency: 31 s against 27 s, 28 days". */
export const sloLine = ({ title, standing, says }: SloLine): string =>
  `${MARK[standing]} · *${shorten(line(title).replaceAll("*", "∗"), 80)}*: ${shorten(line(says), 240)}`;
