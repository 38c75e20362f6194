import type { SloEvent } from "#src/operations/slo/events";
import type { Recorded } from "#src/release/events";
import type { Instant } from "#src/release/policy";
import { unreachable } from "#src/release/unreachable";

/** An alert, as the journal has it. `version`: of the fact that opened it, and part of its message's name. */
export type Alert = Omit<Extract<SloEvent, { type: "slo-burning" }>, "type" | "at"> & {
  readonly version: number;
  readonly since: Instant;
  readonly calm: { readonly at: Instant; readonly says: string } | null;
};

export type Spent = {
  readonly slo: string;
  /** When it was told last, and of how many bad events (null: the fact doesn't say). */
  readonly since: Instant;
  readonly bad: number | null;
  readonly says: string;
  readonly locks: boolean;
  readonly locked: boolean;
};

/** What a service's SLOs have on record: `slo/<service>` folded. */
export type SloState = {
  /** Every alert there was, oldest first; one per SLO and severity is open. */
  readonly alerts: readonly Alert[];
  /** Budgets that are spent and not restored since. */
  readonly spent: readonly Spent[];
  readonly version: number;
};

export const NO_SLOS: SloState = { alerts: [], spent: [], version: 0 };

/** Alerts that are over are kept for their messages: so many, newest first. */
const MOST_CALM = 50;

export const openAlerts = ({ alerts }: SloState): readonly Alert[] => alerts.filter(({ calm }) => calm === null);

export const isSloRecord = (recorded: Recorded): recorded is Recorded<SloEvent> => recorded.stream.startsWith("slo/");

/** The state after one more fact. */
export function evolveSlos(state: SloState, { event, at, version }: Recorded<SloEvent>): SloState {
  switch (event.type) {
    case "slo-burning": {
      const { type, at: since, ...rest } = event;
      const open = openAlerts(state);
      const calm = state.alerts.filter((each) => each.calm !== null).slice(-MOST_CALM);
      return { ...state, version, alerts: [...calm, ...open, { ...rest, since, version, calm: null }] };
    }
    case "slo-calm": {
      const { slo, severity, says } = event;
      const isMeant = ({ burn, calm }: Alert) => calm === null && burn.slo === slo && burn.severity === severity;
      const alerts = state.alerts.map((each) => (isMeant(each) ? { ...each, calm: { at, says } } : each));
      return { ...state, version, alerts };
    }
    case "slo-spent": {
      const { slo, says, locks, bad = null } = event;
      const others = state.spent.filter((each) => each.slo !== slo);
      return { ...state, version, spent: [...others, { slo, since: at, bad, says, locks, locked: false }] };
    }
    case "slo-locked":
      return {
        ...state,
        version,
        spent: state.spent.map((each) => (each.slo === event.slo ? { ...each, locked: true } : each)),
      };
    case "slo-restored":
      return { ...state, version, spent: state.spent.filter(({ slo }) => slo !== event.slo) };
    default:
      return unreachable(event);
  }
}

export const sloStateOf = (stream: readonly Recorded[]): SloState =>
  stream.filter(isSloRecord).reduce(evolveSlos, NO_SLOS);
