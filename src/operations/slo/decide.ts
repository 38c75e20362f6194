import { burningNow, isCalm, whyUntold } from "#src/operations/slo/alert-rules";
import { type SloBurn, type SloEvent, sloStream } from "#src/operations/slo/events";
import type { SloPolicy } from "#src/operations/slo/policy";
import type { SloReading } from "#src/operations/slo/slo";
import { type Alert, openAlerts, type SloState, type Spent } from "#src/operations/slo/state";
import { sloTitle } from "#src/operations/slo/titles";
import { hoursWords, percent, rateWords } from "#src/operations/slo/words";
import type { ServiceEvent } from "#src/release/events";
import { serviceStream } from "#src/release/events";
import { GOLIVE, type Person } from "#src/release/people";
import type { Instant } from "#src/release/policy";
import type { ServiceState } from "#src/release/state";

/** What a look rests on besides the numbers. */
export type Look = {
  readonly policy: SloPolicy;
  readonly readings: readonly SloReading[];
  readonly channel: string;
  /** The subject in whose thread quiet things are told, the week's message; null: there is none. */
  readonly thread: string | null;
  readonly onCall: readonly Person[];
  readonly now: Instant;
};

/** A fact on its way into the journal; Golive is who says it. */
export type SloFact = { readonly stream: string; readonly by: Person; readonly event: SloEvent | ServiceEvent };

/** A spent budget counts as restored with so much of it left, so that one at its edge doesn't come and go. */
const RESTORED_WITH = 0.1;
/** What may never happen and goes on happening is told so often. */
const AGAIN_MS = 3_600_000;

/**
 * What follows from a look at a service's SLOs. Edges only: what is on record already is not said again, so that any number of looks at the same
 * numbers, by any copy of the bot, come to the same facts.
 */
export function decideSlos(service: ServiceState, state: SloState, look: Look): readonly SloFact[] {
  const own = sloStream(service.id);
  const slo = (event: SloEvent): SloFact => ({ stream: own, by: GOLIVE, event });
  const spent = budgets(state, look);
  const over = ended(state, look);
  const open = openAlerts(state).filter(({ burn }) => !over.some((each) => isOf(each, burn) && each.makesWay));
  return [
    ...over.map(({ makesWay: _, ...event }) => slo(event)),
    ...look.readings.flatMap((reading) => begun(open, reading, look)).map(slo),
    ...spent.map(slo),
    ...locks(service, state, spent, look.policy),
  ];
}

/** `makesWay`: it says nothing of what burns now, so that another alert may begin at once. */
type Ended = Extract<SloEvent, { type: "slo-calm" }> & { readonly makesWay: boolean };

const isOf = ({ slo, severity }: Ended, burn: SloBurn): boolean => burn.slo === slo && burn.severity === severity;

const UNWATCHED = "This SLO is watched no longer.";

/** Alerts that are over, or of which that can't be said any more. */
function ended(state: SloState, { readings, policy }: Look): readonly Ended[] {
  return openAlerts(state).flatMap(({ burn }): Ended[] => {
    const { slo, severity } = burn;
    const end = (says: string, makesWay: boolean): Ended[] => [{ type: "slo-calm", slo, severity, says, makesWay }];
    const reading = readings.find(({ id }) => id === slo);
    if (reading === undefined) return end(UNWATCHED, true);
    const why = whyUntold(reading, policy, burn);
    if (why !== null) return end(`${sloTitle(slo)}: ${why}`, true);
    return isCalm(reading, policy, burn) ? end(calmWords(reading, burn), false) : [];
  });
}

/** A page says everything that a ticket would: while one is open, no ticket of the same SLO begins. */
function begun(open: readonly Alert[], reading: SloReading, look: Look): readonly SloEvent[] {
  const isOpen = (severity: "page" | "ticket") =>
    open.some(({ burn }) => burn.slo === reading.id && burn.severity === severity);
  if (isOpen("page")) return [];
  const page = burningNow(reading, look.policy, "page");
  const burn = page ?? (isOpen("ticket") ? null : burningNow(reading, look.policy, "ticket"));
  if (burn === null) return [];
  const isPage = burn.severity === "page";
  const { channel, now: at, onCall } = look;
  const says =
    `${sloTitle(reading.id)}: the error budget burns ${rateWords(burn.longRate)} as fast as it may over ${hoursWords(burn.longHours)} ` +
    `and ${rateWords(burn.shortRate)} over ${hoursWords(burn.shortHours)} (bar ${rateWords(burn.threshold)})`;
  return [
    {
      type: "slo-burning",
      burn,
      budgetLeft: reading.budgetLeft,
      says,
      at,
      onCall: isPage ? onCall : [],
      channel,
      thread: isPage ? null : look.thread,
    },
  ];
}

function calmWords(reading: SloReading, { longHours }: { readonly longHours: number }): string {
  const rate = reading.burn.find(({ hours }) => hours === longHours)?.rate;
  const now = rate === undefined ? "" : ` (${rateWords(rate)} over ${hoursWords(longHours)})`;
  return `${sloTitle(reading.id)} is calm again${now}; ${leftWords(reading.budgetLeft)}.`;
}

export function leftWords(left: number | null): string {
  if (left === null) return "how much of the budget is left can't be told yet";
  if (left <= 0) return `the budget is overspent by ${percent(-left)}`;
  return `${percent(left)} of the budget is left`;
}

/** Budgets that are spent now, and those that are whole enough again, or watched no longer. What can't be told changes none. */
function budgets({ spent }: SloState, look: Look): readonly SloEvent[] {
  const { readings, policy, channel, thread, now } = look;
  const isWatched = (slo: string) => readings.some(({ id }) => id === slo);
  const left = spent.filter(({ slo }) => !isWatched(slo));
  const changed = readings.flatMap((reading): SloEvent[] => {
    const known = spent.find(({ slo }) => slo === reading.id);
    const { id: slo, bad } = reading;
    const told = (says: string, locks: boolean): SloEvent[] => [
      { type: "slo-spent", slo, says, bad, locks, channel, thread: locks ? null : thread },
    ];
    if (known === undefined) return reading.spent ? told(spentWords(reading), policy.lockWhenSpent) : [];
    // It locks once for a budget, as any other does.
    if (isBrokenAgain(known, reading, now)) return told(againWords(reading, known), known.locks && !known.locked);
    const isWhole = reading.standing === "pass" && (reading.budgetLeft ?? 0) >= RESTORED_WITH;
    if (!isWhole) return [];
    const says = `${sloTitle(slo)}: ${reading.value ?? "–"} (bar ${reading.bar}); ${leftWords(reading.budgetLeft)}.`;
    return [{ type: "slo-restored", slo, says, whole: true, channel, thread }];
  });
  const restored = left.map(
    ({ slo }): SloEvent => ({
      type: "slo-restored",
      slo,
      says: `${sloTitle(slo)}: ${UNWATCHED}`,
      whole: false,
      channel,
      thread,
    }),
  );
  return [...restored, ...changed];
}

/** Of what may never happen each further time is told, those of an hour together: its budget stays spent for the whole window. */
function isBrokenAgain(known: Spent, reading: SloReading, now: Instant): boolean {
  if (reading.kind !== "zero" || !reading.spent || known.bad === null) return false;
  return reading.bad > known.bad && now - known.since >= AGAIN_MS;
}

const againWords = ({ id, bad, bar, says }: SloReading, known: Spent): string =>
  `The SLO "${sloTitle(id)}" (${id}) was missed again: ${bad} where there were ${known.bad ?? 0}, bar ${bar}. ${says}`;

const spentWords = ({ id, value, bar, says }: SloReading): string =>
  `The error budget of the SLO "${sloTitle(id)}" (${id}) is spent: ${value ?? "–"}, bar ${bar}. ${says}`;

/**
 * The lock for budgets that were spent, once for each time that one is. An open release and a rollback are let alone: the lock comes when they are
 * over, and never does when the budget is whole again by then. A lock that is there keeps its reason and its manifest.
 */
function locks(
  service: ServiceState,
  state: SloState,
  fresh: readonly SloEvent[],
  { lockWhenSpent }: SloPolicy,
): readonly SloFact[] {
  // What the policy said when the budget was spent is not what it says now.
  if (!lockWhenSpent || service.openRelease !== null || service.rollback !== null) return [];
  const said = new Set(
    fresh.flatMap((event) => (event.type === "slo-restored" || event.type === "slo-spent" ? [event.slo] : [])),
  );
  const due: readonly Pick<Spent, "slo" | "says">[] = [
    ...state.spent.filter(({ slo, locks: wants, locked }) => wants && !locked && !said.has(slo)),
    ...fresh.flatMap((event) => (event.type === "slo-spent" && event.locks ? [event] : [])),
  ];
  if (due.length === 0) return [];
  const reasons = [...(service.lock === null ? [] : [service.lock.reason]), ...due.map(({ says }) => says)];
  const manifest = service.lock?.manifest ?? null;
  return [
    {
      stream: serviceStream(service.id),
      by: GOLIVE,
      event: { type: "service-locked", reason: reasons.join(" "), manifest },
    },
    ...due.map(
      ({ slo }): SloFact => ({ stream: sloStream(service.id), by: GOLIVE, event: { type: "slo-locked", slo } }),
    ),
  ];
}
