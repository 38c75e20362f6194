import { breachSubject } from "#src/canary/canary-id";
import { isHeld } from "#src/canary/watch/due";
import type { Breach } from "#src/canary/watch/state";
import type { CanaryView } from "#src/canary/watch/view";
import { breachWords, sayRecovery } from "#src/canary/words/breach";
import { findKpi } from "#src/canary/words/names";
import { sayValue } from "#src/canary/words/values";
import type { Person } from "#src/release/people";
import type { Instant } from "#src/release/policy";
import { holdersOf, peopleOf } from "#src/release/rights";
import { breachActions } from "#src/slack/blocks/canary-breach-actions";
import { breachChart, chartLine } from "#src/slack/blocks/canary-chart";
import type { CanaryMessage } from "#src/slack/blocks/canary-message";
import { nextWords } from "#src/slack/blocks/canary-words";
import { context, type MessageBlock, section } from "#src/slack/blocks/elements";
import { type Drawn, fitting } from "#src/slack/blocks/fitting";
import { when } from "#src/slack/blocks/times";
import { name, names, number } from "#src/slack/blocks/words";
import { bold, code, line, mention, shorten } from "#src/slack/escape";
import { CANARY_METADATA } from "#src/slack/ids";
import { BUDGET } from "#src/slack/limits";

type Size = { readonly changes: number; readonly chars: number; readonly people: number; readonly chart: boolean };
const SIZES: readonly [Size, ...Size[]] = [
  { changes: 8, chars: 400, people: 8, chart: true },
  { changes: 5, chars: 200, people: 5, chart: true },
  { changes: 3, chars: 120, people: 3, chart: true },
  { changes: 2, chars: 80, people: 2, chart: false },
];

/**
 * The one message of a breach. Whoever owns the KPI is mentioned in the first post alone (`isFirst`), and only while it waits for somebody:
 * what comes later edits it quietly. Null: the canary has no breach of this KPI.
 */
export function canaryBreachMessage(
  view: CanaryView,
  kpi: string,
  now: Instant,
  isFirst: boolean,
): CanaryMessage | null {
  const breach = view.canary.breaches.find((each) => each.kpi === kpi);
  if (breach === undefined) return null;
  const { canary } = view;
  return {
    text: sentence(view, breach),
    ...fitting(SIZES, (size) => layout(view, breach, now, size, isFirst)),
    metadata: {
      event_type: CANARY_METADATA,
      event_payload: { subject: breachSubject(canary.id, kpi), number: canary.number, service: canary.service, kpi },
    },
  };
}

function sentence(view: CanaryView, breach: Breach): string {
  const { canary } = view;
  const words = breachWords(view, breach.kpi);
  const what = `${words?.what ?? breach.kpi} in the canary of ${canary.service}`;
  const facts = words === null ? "" : `: ${words.facts.join(", ")}`;
  return shorten(`🛑 ${line(`${what}${facts}`)}.`, BUDGET.message.text);
}

function layout(view: CanaryView, breach: Breach, now: Instant, size: Size, isFirst: boolean): Drawn {
  const { canary, sight } = view;
  const kpi = findKpi(view, breach.kpi);
  const series = sight !== null && Object.hasOwn(sight.series, breach.kpi) ? (sight.series[breach.kpi] ?? []) : [];
  const chart = kpi === null || !size.chart ? null : breachChart(kpi, series, breach.at);
  const drawnPlainly = kpi === null ? null : chartLine(kpi, series, breach.at);
  const before = [section(headText(view, breach, size, isFirst)), section(standingText(view, breach, size))];
  const after = [
    ...worstTexts(view, breach, size).map((text) => section(text)),
    ...changesTexts(view, size).map((text) => section(text)),
    ...breachActions(view, breach),
    context(
      [
        `Canary #${number(canary.number)}`,
        `found ${when(breach.foundAt)}`,
        `updated ${when(now)}`,
        "the canary's own message has every KPI",
      ].join(" · "),
    ),
  ];
  const instead = drawnPlainly === null ? [] : [section(drawnPlainly)];
  const blocks: MessageBlock[] = [...before, ...(chart === null ? instead : [chart]), ...after];
  return { blocks, fallback: [...before, ...instead, ...after] };
}

function headText(view: CanaryView, breach: Breach, { people }: Size, isFirst: boolean): string {
  const { canary } = view;
  const words = breachWords(view, breach.kpi);
  const [seen = "", ...rest] = words?.facts ?? [];
  const asked = isFirst && isWaiting(view, breach) ? owners(view, breach) : [];
  const hidden = asked.length - people;
  const called = asked.slice(0, people).map(({ id }) => mention(id));
  return [
    `🛑 ${bold(`${words?.what ?? breach.kpi} in the canary of ${canary.service}`, 200)}`,
    `${line(seen)}${rest.length === 0 ? "" : ` (${line(rest.join(", "))})`}, since about ${when(breach.at)}.`,
    ...(called.length === 0
      ? []
      : [`${called.join(" ")}${hidden > 0 ? ` and ${number(hidden)} more` : ""}: please look.`]),
  ].join("\n");
}

/** A rollback that began in the same moment is news to its owner all the same. */
const isWaiting = ({ canary }: CanaryView, breach: Breach): boolean =>
  canary.ended === null &&
  breach.acknowledged === null &&
  !isHeld(canary, breach) &&
  (canary.rollback === null || canary.rollback.at === breach.foundAt);

/** Who is asked first: the KPI's owner, else whoever is on call; where nobody is either, who may decide, or roll back. */
function owners({ canary: { members, onCall, rights } }: CanaryView, { owner }: Breach): readonly Person[] {
  const asked = [
    owner === null ? [] : peopleOf(members, [owner]),
    peopleOf(members, onCall),
    holdersOf(rights, "canary", members),
    holdersOf(rights, "rollback", members),
  ];
  return asked.find((people) => people.length > 0) ?? [];
}

/** What was done about it, how it looks by now, and what happens next. */
function standingText(view: CanaryView, breach: Breach, { chars }: Size): string {
  const { canary } = view;
  const { acknowledged, mutedUntil, escalated } = breach;
  const { ended, held, paused } = canary;
  const recovered = ended === null ? sayRecovery(view, breach) : null;
  const lines = [
    ...(ended === null ? [nextWords(view, chars)] : [endedLine(view, chars)]),
    ...(held === null || ended !== null || !isHeld(canary, breach)
      ? []
      : [`⏸ held by ${name(held.by)} ${when(held.at)}: ${shorten(line(held.reason), chars)}`]),
    ...(paused === null || ended !== null
      ? []
      : [`⏸ paused by ${name(paused.by)} ${when(paused.at)}: ${shorten(line(paused.reason), chars)}`]),
    ...(acknowledged === null ? [] : [`acknowledged by ${name(acknowledged.by)} ${when(acknowledged.at)}`]),
    ...(mutedUntil === null ? [] : [`muted until ${when(mutedUntil)}`]),
    ...escalated.slice(-3).map(({ to, at, because }) => {
      const why = because === "asked" ? "asked for" : "nobody had acknowledged it";
      return `escalated ${when(at)} to ${names(to, 4, 40) || "nobody"}: ${why}`;
    }),
    ...(recovered === null ? [] : [shorten(line(recovered), 2 * chars)]),
  ];
  return lines.filter((text) => text !== "").join("\n");
}

const ENDS = {
  passed: "The canary has passed",
  promoted: "The canary was ended in favour of the candidate",
  "rolled-back": "*Rolled back*",
  superseded: "The canary ended: something else went live",
} as const;

function endedLine({ canary: { ended } }: CanaryView, chars: number): string {
  if (ended === null) return "";
  return `${ENDS[ended.as]} ${when(ended.at)}, by ${name(ended.by)}: ${shorten(line(ended.says), chars)}`;
}

const WORST = 3;

function worstTexts(view: CanaryView, breach: Breach, { chars }: Size): string[] {
  const { sight } = view;
  const kpi = findKpi(view, breach.kpi);
  const seen = sight !== null && Object.hasOwn(sight.worst, breach.kpi) ? (sight.worst[breach.kpi] ?? []) : [];
  const known = seen.slice(0, WORST).map(({ question, text, value, baseline }) => {
    const asked = text === null ? "" : ` ${shorten(line(text), Math.min(chars, 160))}`;
    const numbers = kpi === null ? "" : ` · ${line(`${sayValue(kpi, value)} against ${sayValue(kpi, baseline)}`)}`;
    return `• ${code(question, 60)}${asked}${numbers}`;
  });
  const lines = known.length > 0 ? known : breach.worst.slice(0, WORST).map((id) => `• ${code(id, 60)}`);
  return lines.length === 0 ? [] : [["*Worst questions*", ...lines].join("\n")];
}

function changesTexts({ canary }: CanaryView, { changes: most, chars }: Size): string[] {
  const { changes } = canary;
  if (changes.length === 0) return ["*Changed since the last stable run*: nothing that Golive knows of."];
  const shown = changes.slice(0, most).map((change) => shorten(line(change), chars));
  const hidden = changes.length - shown.length;
  const rest = hidden > 0 ? [`_… and ${number(hidden)} more: \`golive manifest diff\`_`] : [];
  const [only = ""] = shown;
  if (changes.length === 1) return [`*Changed since the last stable run*: ${only}`];
  return [["*Changed since the last stable run*", ...shown.map((change) => `• ${change}`), ...rest].join("\n")];
}
