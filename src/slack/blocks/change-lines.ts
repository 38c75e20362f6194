import type { Change } from "#src/operations/digest/changes";
import type { ProposalEnd } from "#src/operations/proposals/events";
import type { Pair } from "#src/release/events";
import { unreachable } from "#src/release/unreachable";
import { pairOrNothing } from "#src/slack/blocks/rollback-words";
import { when } from "#src/slack/blocks/times";
import { name, number } from "#src/slack/blocks/words";
import { bold, code, line, shorten } from "#src/slack/escape";

/** One thing that changed, with when; people by their plain names. */
export function changeLine(change: Change): string {
  return `${when(change.at)}: ${words(change)}`;
}

function words(change: Change): string {
  switch (change.kind) {
    case "release-opened":
      return `release #${number(change.number)} was started by ${name(change.by)}`;
    case "release-closed":
      return change.as === "live"
        ? `${nth("release", change.number)} went live`
        : `${nth("release", change.number)} was ${change.as === "failed" ? "given up: it failed" : `cancelled by ${name(change.by)}`}`;
    case "flip":
      return `${flip(change.from, change.to)}${change.how === "rollback" ? ", by a rollback" : ""}`;
    case "moved":
      return `⚠️ somebody moved the pointer past Golive: ${flip(change.from, change.to)}`;
    case "rollback-closed":
      return `${nth("rollback", change.number)} ended as ${change.outcome}`;
    case "canary-opened":
      return `canary #${number(change.number)} began to watch`;
    case "canary-closed":
      return `${nth("canary", change.number)} ended: ${change.as.replaceAll("-", " ")}`;
    case "breach":
      return `🛑 ${bold(change.kpi)} was found in breach`;
    case "locked":
      return `go-lives were locked: ${shorten(line(change.reason), 200)}`;
    case "unlocked":
      return `go-lives were unlocked by ${name(change.by)}: ${shorten(line(change.rootCause), 200)}`;
    case "proposed":
      return `proposal #${number(change.number)} was made: ${bold(change.title)}`;
    case "proposal-closed":
      return `${nth("proposal", change.number)}${change.title === "" ? "" : ` (${bold(change.title)})`} ${PROPOSAL_ENDS[change.as]}`;
    default:
      return unreachable(change);
  }
}

const PROPOSAL_ENDS: Readonly<Record<ProposalEnd, string>> = {
  released: "was accepted, and its go-live is open",
  accepted: "was accepted; its configuration version stands in the store",
  declined: "was declined",
  stale: "became stale: its base changed",
  expired: "expired: nobody decided",
  failed: "failed",
};

const nth = (what: string, value: number | null): string =>
  value === null ? `a ${what}` : `${what} #${number(value)}`;

/** What moved: the run, the configuration version, or both. */
function flip(from: Pair | null, to: Pair | null): string {
  if (from !== null && to !== null && from.run === to.run) {
    return `${code(to.run)} answers with config ${code(to.config)} (it was ${code(from.config)})`;
  }
  return `${pairOrNothing(to)} answers (it was ${pairOrNothing(from)})`;
}
