import { alertSubject } from "#src/operations/slo/notes";
import type { SloReading } from "#src/operations/slo/slo";
import type { Alert } from "#src/operations/slo/state";
import { sloTitle } from "#src/operations/slo/titles";
import { hoursWords, percent, rateWords } from "#src/operations/slo/words";
import type { Instant } from "#src/release/policy";
import { context, section, type TaggedMessage } from "#src/slack/blocks/elements";
import { when } from "#src/slack/blocks/times";
import { number } from "#src/slack/blocks/words";
import { code, line, mention, shorten } from "#src/slack/escape";
import { SLO_METADATA } from "#src/slack/ids";
import { BUDGET } from "#src/slack/limits";

const MOST_PEOPLE = 8;

export type AlertView = {
  readonly service: string;
  readonly alert: Alert;
  /** As it stands now; null: it isn't watched any more, or can't be read. */
  readonly now: { readonly reading: SloReading; readonly windowDays: number } | null;
};

/**
 * The one message of an alert. Who is on call is mentioned in the first post alone, and only while it burns; that it is calm again edits the
 * message quietly.
 */
export function sloAlertMessage(view: AlertView, now: Instant, isFirst: boolean): TaggedMessage {
  const { service, alert } = view;
  const { burn, calm, since, says } = alert;
  const mark = calm !== null ? "✅" : burn.severity === "page" ? "🛑" : "⚠️";
  const point = calm === null ? `${says} in ${service}` : `${calm.says.replace(/\.$/, "")} in ${service}`;
  const title = `*${line(sloTitle(burn.slo))} ${calm === null ? "burns its error budget" : "is calm again"} in ${code(service)}*`;
  const asked = isFirst && calm === null ? alert.onCall.slice(0, MOST_PEOPLE).map(({ id }) => mention(id)) : [];
  return {
    text: shorten(`${mark} ${line(point)}.`, BUDGET.message.text),
    blocks: [
      section(
        [`${mark} ${title}`, ...(asked.length === 0 ? [] : [`${asked.join(" ")}: somebody has to look.`])].join("\n"),
      ),
      section(calm === null ? burningText(view) : line(calm.says)),
      context(
        [
          `${burn.severity}, since ${when(since)}`,
          ...(calm === null ? [] : [`calm ${when(calm.at)}`]),
          `updated ${when(now)}`,
          `all of it: ${code(`/golive slo ${service}`, 120)}`,
        ].join(" · "),
      ),
    ],
    metadata: {
      event_type: SLO_METADATA,
      event_payload: { subject: alertSubject(service, alert), service, slo: burn.slo },
    },
  };
}

function burningText({ alert, now }: AlertView): string {
  const { burn, says, budgetLeft } = alert;
  const bad = now?.reading.burn.find(({ hours }) => hours === burn.longHours);
  const counted =
    bad === undefined
      ? ""
      : ` ${number(bad.bad)} of ${number(bad.events)} in the last ${hoursWords(bad.hours)} are bad.`;
  const left = budgetLeft === null ? "How much of it is left can't be told yet" : leftText(budgetLeft);
  const lasts =
    now === null
      ? ""
      : `; at ${rateWords(burn.longRate)} a whole budget lasts about ${hoursWords((now.windowDays * 24) / burn.longRate)}`;
  return [
    `${line(shorten(says, 400))}.${counted}`,
    `${left}${lasts}.`,
    "It ends by itself when neither window is near its bar. Look at the service's own dashboards first.",
  ].join("\n");
}

const leftText = (left: number): string =>
  left > 0 ? `${percent(left)} of the budget is left` : `The budget is overspent by ${percent(-left)}`;
