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
    ...locks(service, state, spent),
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

/** Budgets that are spent now, and those that are whole enough again. What can't be told changes neither. */
function budgets({ spent }: SloState, { readings, policy, channel, thread }: Look): readonly SloEvent[] {
  return readings.flatMap((reading): SloEvent[] => {
    const known = spent.some(({ slo }) => slo === reading.id);
    const { id: slo } = reading;
    if (!known && reading.spent) {
      const locks = policy.lockWhenSpent;
      return [{ type: "slo-spent", slo, says: spentWords(reading), locks, channel, thread: locks ? null : thread }];
    }
    const isWhole = reading.standing === "pass" && (reading.budgetLeft ?? 0) >= RESTORED_WITH;
    if (!known || !isWhole) return [];
    const says = `${sloTitle(slo)}: ${reading.value ?? "–"} (bar ${reading.bar}); ${leftWords(reading.budgetLeft)}.`;
    return [{ type: "slo-restored", slo, says, channel, thread }];
  });
}

const spentWords = ({ id, value, bar, says }: SloReading): string =>
  `The error budget of the SLO "${sloTitle(id)}" (${id}) is spent: ${value ?? "–"}, bar ${bar}. ${says}`;

/**
 * The lock for budgets that were spent, once for each time that one is. An open release and a rollback are let alone: the lock comes when they are
 * over, and never does when the budget is whole again by then. A lock that is there keeps its reason and its manifest.
 */
function locks(service: ServiceState, state: SloState, fresh: readonly SloEvent[]): readonly SloFact[] {
  if (service.openRelease !== null || service.rollback !== null) return [];
  const restored = new Set(fresh.flatMap((event) => (event.type === "slo-restored" ? [event.slo] : [])));
  const due: readonly Pick<Spent, "slo" | "says">[] = [
    ...state.spent.filter(({ slo, locks: wants, locked }) => wants && !locked && !restored.has(slo)),
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
