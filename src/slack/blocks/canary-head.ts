import { holdOfAll, isHeld } from "#src/canary/watch/due";
import type { CanaryView } from "#src/canary/watch/view";
import { breachWords } from "#src/canary/words/breach";
import { nameOf } from "#src/canary/words/names";
import { sayHours } from "#src/canary/words/time";
import type { CanarySize } from "#src/slack/blocks/canary-message";
import { nextWords } from "#src/slack/blocks/canary-words";
import { pairOrNothing } from "#src/slack/blocks/rollback-words";
import { when } from "#src/slack/blocks/times";
import { count, name, number } from "#src/slack/blocks/words";
import { bold, line, shorten } from "#src/slack/escape";

/** First and big: where it stands, what is against it, and what happens next. Texts of mrkdwn. */
export function canaryHead(view: CanaryView, size: CanarySize): string[] {
  const { canary } = view;
  if (canary.ended !== null) return endedTexts(view, size);
  const way = `${pairOrNothing(canary.candidate, size.id)} against ${pairOrNothing(canary.baseline, size.id)}`;
  const then = view.next.kind === "rolling-back" ? [] : [nextWords(view, size.says)];
  const rest = [...againstIt(view, size), ...then];
  return [`${standingLine(view, size)}\n${way}`, ...(rest.length === 0 ? [] : [rest.join("\n")])];
}

function standingLine(view: CanaryView, { says }: CanarySize): string {
  const { canary, next, sight } = view;
  if (next.kind === "rolling-back") return nextWords(view, says);
  if (canary.paused !== null && canary.standing === "paused") {
    const { by, at, reason } = canary.paused;
    return `⏸ *Paused* by ${name(by)} ${when(at)}: ${shorten(line(reason), says)}\nWhat comes in meanwhile doesn't count.`;
  }
  if (canary.standing === "deciding") return "⚠️ *The window is over without a pass: people decide*";
  const breached = canary.breaches.length;
  const held = holdOfAll(canary);
  if (held !== null) {
    const { by, at, reason } = held;
    return `⏸ *Held* by ${name(by)} ${when(at)}: ${shorten(line(reason), says)}`;
  }
  if (breached > 0) return `🛑 *${count(breached, "breach", "breaches")}*`;
  if ((canary.blind ?? null) !== null)
    return "⚠️ *Can't be watched*: nothing new is seen, and nothing rolls back by itself";
  if (sight === null) return "⏳ *Watching*: nothing was seen yet";
  const beyond = sight.kpis.filter(({ standing }) => standing === "watching").length;
  return beyond === 0
    ? "⏳ *Watching*: no breach"
    : `🟡 *Watching*: ${count(beyond, "value")} beyond the threshold, nothing proven`;
}

/** What blocks a pass: breaches with what was done about them, a silent arm, data that can't be relied on, what the end of the window missed. */
function againstIt({ canary, ...view }: CanaryView, { lines, says }: CanarySize): string[] {
  const breaches = canary.breaches.map((breach) => {
    const { acknowledged, mutedUntil } = breach;
    const done = [
      acknowledged === null ? "nobody acknowledged it" : `acknowledged by ${name(acknowledged.by, 40)}`,
      ...(canary.held !== null && isHeld(canary, breach) ? [`held by ${name(canary.held.by, 40)}`] : []),
      ...(mutedUntil === null ? [] : [`muted until ${when(mutedUntil)}`]),
    ];
    const what = breachWords({ canary }, breach.kpi)?.what ?? breach.kpi;
    return `• ${bold(what, 120)}, since about ${when(breach.at)}: ${done.join(", ")}`;
  });
  const silent = (["canary", "baseline"] as const).flatMap((arm) => {
    const since = canary.silent[arm];
    return since === undefined ? [] : [`• ⚠️ nothing was heard of the ${arm} since ${when(since)}: the clock stands`];
  });
  // At the end of the window they stand among what it missed.
  const missing =
    canary.standing === "deciding"
      ? (canary.window?.reasons ?? view.sight?.reasons ?? [])
      : (view.sight?.doubts ?? []).map((doubt) => `⚠️ keeps it from a pass: ${doubt}`);
  const blind = canary.blind ?? null;
  const unseen =
    blind === null ? [] : [`• ⚠️ can't be watched since ${when(blind.since)}: ${shorten(line(blind.says), says)}`];
  const all = [...unseen, ...breaches, ...silent, ...missing.map((reason) => `• ${shorten(line(reason), says)}`)];
  const hidden = all.length - lines;
  return [...all.slice(0, lines), ...(hidden > 0 ? [`_… and ${number(hidden)} more: \`/canary status\`_`] : [])];
}

const ENDS = {
  passed: "✅ *Passed*",
  promoted: "✅ *Ended in favour of the candidate*",
  "rolled-back": "🛑 *Rolled back*",
  superseded: "*Ended: something else went live*",
} as const;

function endedTexts({ canary }: CanaryView, { says, id }: CanarySize): string[] {
  const { ended } = canary;
  if (ended === null) return [];
  // Facts from before `live` was kept may call it a rollback wherever it led: their sentence names what answers.
  const live = ended.live ?? (ended.as === "passed" || ended.as === "promoted" ? canary.candidate : null);
  const answers = live === null || ended.as === "superseded" ? "" : `\nAnswers: ${pairOrNothing(live, id)}`;
  const listed = (title: string, ids: readonly string[]): string[] =>
    ids.length === 0 ? [] : [`${title}: ${shorten(line(ids.map((kpi) => nameOf({ canary }, kpi)).join(", ")), says)}`];
  const known = [...listed("Proven good enough", ended.proven), ...listed("Only not refuted", ended.unrefuted)];
  return [
    `${ENDS[ended.as]} by ${name(ended.by)} ${when(ended.at)}${answers}\n${shorten(line(ended.says), 2 * says)}`,
    ...(known.length === 0 ? [] : [known.join("\n")]),
  ];
}

/** Above the table: the time that counts, the traffic, what it is too few for. */
export function canaryFacts({ canary, sight }: CanaryView): string[] {
  const hours = sight?.hours ?? canary.finding?.hours ?? 0;
  const credited = `*${sayHours(hours, canary.policy.durationHours)}* credited`;
  const more = canary.extended > 0 ? [`${number(canary.extended)} h added`] : [];
  if (sight === null) return [credited, ...more, "no traffic yet"];
  const { perHour, counts, asked, closedUntil } = sight;
  return [
    credited,
    ...more,
    `${number(perHour.canary)} canary and ${number(perHour.baseline)} baseline requests in the last hour`,
    `${number(asked)} of ${count(canary.questions, "question")} asked of both`,
    ...(["failed", "late", "unpaired"] as const).flatMap((kind) => {
      const [canary, baseline] = [counts.canary[kind], counts.baseline[kind]];
      return canary + baseline === 0 ? [] : [`${kind}: ${number(canary)} canary, ${number(baseline)} baseline`];
    }),
    ...(closedUntil === null ? [] : [`looked at until ${when(closedUntil)}`]),
  ];
}
