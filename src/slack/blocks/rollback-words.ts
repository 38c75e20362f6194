import type { Pair } from "#src/release/events";
import type { RollbackPlan } from "#src/rollback/events";
import { pair } from "#src/slack/blocks/words";
import { bold, code, line, shorten } from "#src/slack/escape";

/** A pair in code style; "nothing" for a pointer that points nowhere. */
export const pairOrNothing = (value: Pair | null, max = 70): string => (value === null ? "nothing" : pair(value, max));

/** "from run B … to run A …", whichever of them exist. */
export function wayBack({ from, to }: Pick<RollbackPlan, "from" | "to">, max = 70): string {
  if (to === null) return `from ${pairOrNothing(from, max)} back to nothing, as before the first go-live`;
  return `from ${pairOrNothing(from, max)} back to ${pairOrNothing(to, max)}`;
}

/** What a rollback will change and what it will not, as two texts of mrkdwn. `most` lines each, the rest is counted. */
export function planTexts(plan: RollbackPlan, most = 12, max = 400): string[] {
  return [
    listed("What will change", plan.changes, most, max),
    listed("What will not", plan.untouched, most, max),
  ].filter((text) => text !== "");
}

function listed(title: string, lines: readonly string[], most: number, max: number): string {
  if (lines.length === 0) return "";
  const shown = lines.slice(0, most).map((text) => `• ${shorten(line(text), max) || "—"}`);
  const hidden = lines.length - shown.length;
  return [bold(title), ...shown, ...(hidden > 0 ? [`_… and ${hidden} more_`] : [])].join("\n");
}

/** The command that opens a locked service again. */
export const unlockCommand = (service: string): string => code(`/golive unlock ${service}`, 100);
