import type { ReleaseView } from "#src/release/view";
import { name, number, pair } from "#src/slack/blocks/words";
import { line, shorten } from "#src/slack/escape";
import { BUDGET } from "#src/slack/limits";

/** The entire point of the release message in one sentence: what a notification and a screen reader say. */
export function releaseSentence(view: ReleaseView): string {
  const { release } = view;
  const subject = `Release #${number(release.number)} of ${shorten(line(release.service), 60)} to ${shorten(line(release.candidate.run), 80)}`;
  return shorten(`${subject} ${predicate(view)}.`, BUDGET.message.text);
}

function predicate(view: ReleaseView): string {
  const { release, progress } = view;
  switch (release.standing) {
    case "live": {
      const before = release.active === null ? "nothing was live before" : `it was ${pair(release.active, 60)} before`;
      return `is live; ${before}`;
    }
    case "cancelled":
      return `was cancelled${endedBy(view)}; this release did not move the pointer`;
    case "failed":
      return `failed${endedBy(view)}`;
    case "cutting_over":
      return "is cutting over now";
    case "open": {
      const done = `${number(progress.checksDone)} of ${number(progress.checksTotal)} checks and ${number(progress.signed)} of ${number(progress.toSign)} sign-offs are in`;
      const [first, ...rest] = view.blockers;
      if (first === undefined) return view.phase === "ready" ? "is ready to cut over" : `is ${view.phase}: ${done}`;
      const others = rest.length === 0 ? "" : ` (and ${number(rest.length)} more)`;
      const blocker = shorten(line(first.text).replace(/\.$/, ""), 240);
      return `is ${view.phase}, ${done}; blocked by: ${blocker}${others}`;
    }
  }
}

function endedBy(view: ReleaseView): string {
  const { ended } = view.release;
  if (ended === null) return "";
  const reason = shorten(line(ended.reason).replace(/\.$/, ""), 200);
  return ` by ${name(ended.by)}${reason === "" ? "" : `: ${reason}`}`;
}
