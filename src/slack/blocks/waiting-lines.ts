import type { Waiting } from "#src/operations/digest/waiting";
import type { Person } from "#src/release/people";
import { unreachable } from "#src/release/unreachable";
import { when } from "#src/slack/blocks/times";
import { count, number } from "#src/slack/blocks/words";
import { bold, code, line, shorten } from "#src/slack/escape";

const MOST_PEOPLE = 6;

/** What waits, in one line without whom it waits for. Begins with its mark. `subject` is linked where `link` knows its message. */
export function waitingLine(waiting: Waiting, service: string): string {
  switch (waiting.kind) {
    case "sign-off": {
      const missing = waiting.missing > 1 ? `, ${count(waiting.missing, "signature")} missing` : "";
      return `✍️ Sign ${bold(waiting.title)} of release #${number(waiting.release)}${missing}`;
    }
    case "cut-over":
      return `✅ Release #${number(waiting.release)} is ready: cut over to ${code(waiting.run)}, or don't`;
    case "breach": {
      const due = waiting.rollsBackAt === null ? "" : `; it rolls back by itself ${when(waiting.rollsBackAt)}`;
      return `🛑 ${bold(waiting.kpi)} is in breach since ${when(waiting.since)}: acknowledge, hold or roll back${due}`;
    }
    case "canary":
      return `⏸ Decide about canary #${number(waiting.number)}: ${shorten(line(waiting.why), 300)}`;
    case "rollback":
      return `⏸ Confirm rollback #${number(waiting.number)}: ${shorten(line(waiting.reason), 200)}`;
    case "proposal":
      return `✍️ Accept or decline proposal #${number(waiting.number)}, ${bold(waiting.title)}, until ${when(waiting.expires)}`;
    case "sop-step":
      return `⏳ ${bold(waiting.card)}: finish “${shorten(line(waiting.step), 160)}”, begun ${when(waiting.since)}`;
    case "sop-card":
      return `✍️ ${bold(waiting.card)}: nobody works on it. Next step: “${shorten(line(waiting.step), 160)}”`;
    case "unlock":
      return `⏸ Go-lives are locked since ${when(waiting.since)}: ${shorten(line(waiting.reason), 200)} \`/golive unlock ${shorten(line(service), 60)}\` takes the root cause`;
    default:
      return unreachable(waiting);
  }
}

/** The people, each by `write`; who is left out is counted. */
export function whoOf(who: readonly Person[], write: (person: Person) => string): string {
  const hidden = who.length - MOST_PEOPLE;
  return `${who.slice(0, MOST_PEOPLE).map(write).join(" ")}${hidden > 0 ? ` and ${number(hidden)} more` : ""}`;
}
