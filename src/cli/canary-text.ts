import type { CanaryView } from "#src/canary/watch/view";
import { sayBreach, sayRecovery } from "#src/canary/words/breach";
import { figuresOf } from "#src/canary/words/figures";
import { canaryWord, nameOf } from "#src/canary/words/names";
import { sayHours, sayNext } from "#src/canary/words/time";
import { kpiTable } from "#src/cli/canary-table";
import { pair } from "#src/cli/release-text";
import { utc } from "#src/cli/times";
import { wrap } from "#src/cli/wrap";
import type { Instant } from "#src/release/policy";
import { listOf } from "#src/release/wording";

/** Where a canary stands, for a terminal of 100 columns; same words and order as in Slack. Ends with a line break. */
export function canaryViewText(view: CanaryView, now: Instant): string {
  const { canary, sight, probesWait: wait = null } = view;
  const rows = canary.policy.kpis.map((kpi) => ({
    kpi,
    figures: figuresOf(view, kpi.id),
    detectable: sight?.kpis.find(({ id }) => id === kpi.id)?.detectable ?? null,
  }));
  return `${[
    ...wrap("", `${canary.service}: canary #${canary.number} (${canary.id}) · ${canaryWord(view)}`),
    ...wrap("", `${pair(canary.candidate)} against ${pair(canary.baseline)}`),
    ...wrap("", [time(view), traffic(view)].filter((part) => part !== "").join(" · ")),
    ...(canary.caution === null ? [] : wrap("", canary.caution)),
    ...(sight?.doubts ?? []).flatMap((doubt) => wrap("", `Keeps it from a pass: ${doubt}.`)),
    ...(wait === null ? [] : wrap("", `No questions are asked: ${wait}`)),
    "",
    ...kpiTable(rows),
    ...section(breaches(view)),
    ...section(people(view)),
    "",
    ...wrap("", sayNext(view, now)),
  ].join("\n")}\n`;
}

const section = (lines: readonly string[]): string[] => (lines.length === 0 ? [] : ["", ...lines]);

function time({ canary, sight }: CanaryView): string {
  const hours = sight?.hours ?? canary.finding?.hours ?? 0;
  const extended = canary.extended === 0 ? "" : ` (${canary.extended} h added)`;
  return `${sayHours(hours, canary.policy.durationHours)} with data on both arms${extended}`;
}

function traffic({ canary, sight }: CanaryView): string {
  if (sight === null) return "nothing was looked at yet";
  const { perHour, asked, counts } = sight;
  const silent = (["baseline", "canary"] as const).filter((arm) => canary.silent[arm] !== undefined);
  return [
    `in the last hour ${perHour.baseline} requests of the baseline, ${perHour.canary} of the canary`,
    `${asked} of ${canary.questions} questions asked of both`,
    ...(["failed", "late", "unpaired"] as const).flatMap((kind) => {
      const { baseline, canary: candidate } = counts;
      const [before, now] = [baseline[kind], candidate[kind]];
      return before + now === 0 ? [] : [`${kind}: ${before} of the baseline, ${now} of the canary`];
    }),
    ...silent.map((arm) => `the ${arm} is silent since ${utc(canary.silent[arm] ?? 0)}`),
  ].join(" · ");
}

function breaches(view: CanaryView): string[] {
  return view.canary.breaches.flatMap((breach) => {
    const { kpi, acknowledged, mutedUntil, escalated, worst } = breach;
    const told = escalated.map(({ to, at }) => `told to ${listOf(to.map(({ name }) => name))} ${utc(at)}`);
    const answers = [
      acknowledged === null
        ? "nobody acknowledged it"
        : `acknowledged by ${acknowledged.by.name} ${utc(acknowledged.at)}`,
      ...(mutedUntil === null ? [] : [`muted until ${utc(mutedUntil)}`]),
      ...told,
    ];
    const recovery = sayRecovery(view, breach);
    return [
      ...wrap("🛑 ", sayBreach(view, kpi, utc), 3),
      ...wrap("   ", `${answers.join("; ")}.`),
      ...(recovery === null ? [] : wrap("   ", recovery)),
      ...(worst.length === 0 ? [] : wrap("   ", `Worst questions: ${worst.join(", ")}.`)),
    ];
  });
}

/** What people did, and what keeps a rollback from beginning. */
function people(view: CanaryView): string[] {
  const { blind = null, held, paused, rollback, impeded, givenUp, window, changes, breaches: found } = view.canary;
  const why = rollback === null || rollback.kpi === null ? "" : ` because of ${nameOf(view, rollback.kpi)}`;
  return [
    ...(blind === null ? [] : wrap("⚠️ ", `Can't be watched since ${utc(blind.since)}: ${blind.says}`)),
    ...(held === null ? [] : wrap("", `Held by ${held.by.name}, ${utc(held.at)}: ${held.reason}`)),
    ...(paused === null ? [] : wrap("", `Paused by ${paused.by.name}, ${utc(paused.at)}: ${paused.reason}`)),
    ...(rollback === null
      ? []
      : wrap("", `Rollback ${rollback.rollback}${why}, ${utc(rollback.at)}: ${rollback.reason}`)),
    ...(impeded === null ? [] : wrap("", `The rollback could not begin: ${impeded}`)),
    ...(givenUp === null ? [] : wrap("", `Golive gave a rollback up, ${utc(givenUp.at)}: ${givenUp.says}`)),
    ...(window === null ? [] : wrap("", `The window ended ${utc(window.at)}, ${window.verdict}:`)),
    ...(window?.reasons ?? []).flatMap((reason) => wrap("- ", reason)),
    ...(found.length === 0 || changes.length === 0
      ? []
      : ["Changed since the last stable run:", ...changes.flatMap((change) => wrap("- ", change))]),
  ];
}
