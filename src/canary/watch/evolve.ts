import type { CanaryEvent, KpiNumbers } from "#src/canary/watch/events";
import type { Breach, CanaryWatch } from "#src/canary/watch/state";
import type { Recorded } from "#src/release/events";
import { unreachable } from "#src/release/unreachable";

/** The canary after one more fact. Its stream begins with `canary-started` and has it once; anything else throws. */
export function evolveCanary(state: CanaryWatch | null, recorded: Recorded<CanaryEvent>): CanaryWatch {
  const { event, at, version } = recorded;
  if (event.type === "canary-started") {
    if (state !== null) throw new Error(`${recorded.stream} starts twice: again at version ${version}`);
    const { canary, type, ...rest } = event;
    return {
      ...rest,
      id: canary,
      startedAt: at,
      standing: "watching",
      standings: {},
      finding: null,
      breaches: [],
      held: null,
      paused: null,
      pauses: [],
      extended: 0,
      silent: {},
      rollback: null,
      impeded: null,
      told: [],
      givenUp: null,
      window: null,
      ended: null,
      version,
    };
  }
  if (state === null) throw new Error(`${recorded.stream} begins with ${event.type} instead of canary-started`);
  return { ...state, ...changesOf(state, recorded, event), version };
}

function changesOf(
  state: CanaryWatch,
  { by, at }: Recorded<CanaryEvent>,
  event: Exclude<CanaryEvent, { type: "canary-started" }>,
): Partial<CanaryWatch> {
  switch (event.type) {
    case "standings-changed":
      return { standings: withNumbers(state, event.kpis), finding: event.finding };
    case "breach-found": {
      const { type, ...found } = event;
      const breach: Breach = { ...found, foundAt: at, acknowledged: null, mutedUntil: null, escalated: [] };
      return {
        standings: withNumbers(state, [event.numbers]),
        finding: event.finding,
        breaches: [...state.breaches, breach],
      };
    }
    case "breach-acknowledged":
      return ofBreach(state, event.kpi, () => ({ acknowledged: { by, at } }));
    case "breach-muted":
      return ofBreach(state, event.kpi, () => ({ mutedUntil: event.until }));
    case "breach-escalated": {
      const { step, to, because } = event;
      return ofBreach(state, event.kpi, ({ escalated }) => ({ escalated: [...escalated, { step, to, because, at }] }));
    }
    case "canary-held":
      return { held: { by, reason: event.reason, at } };
    case "canary-paused":
      return { standing: "paused", paused: { by, reason: event.reason, at } };
    case "canary-resumed":
      return {
        standing: "watching",
        paused: null,
        pauses: state.paused === null ? state.pauses : [...state.pauses, { from: state.paused.at, to: at }],
      };
    case "canary-extended":
      return {
        standing: state.standing === "deciding" ? "watching" : state.standing,
        window: null,
        policy: { ...state.policy, durationHours: state.policy.durationHours + event.hours },
        extended: state.extended + event.hours,
      };
    case "arm-silent":
      return { silent: { ...state.silent, [event.arm]: event.since } };
    case "arm-heard": {
      const { [event.arm]: _, ...silent } = state.silent;
      return { silent };
    }
    case "watch-blind":
      return { blind: { since: event.since, says: event.says } };
    case "watch-sees":
      return { blind: null };
    case "rollback-triggered": {
      const { type, ...triggered } = event;
      return { rollback: { ...triggered, at, by } };
    }
    case "rollback-impeded":
      return { impeded: event.says, told: [...new Set([...state.told, event.says])] };
    case "rollback-begun":
      return {
        impeded: null,
        rollback: state.rollback === null ? null : { ...state.rollback, rollback: event.rollback },
      };
    case "rollback-given-up":
      return {
        rollback: null,
        impeded: null,
        told: [],
        givenUp: { says: event.says, attempts: event.attempts, at },
      };
    case "window-ended": {
      const { type, ...over } = event;
      return {
        standing: "deciding",
        standings: withNumbers(state, event.kpis),
        finding: event.finding,
        window: { ...over, at },
      };
    }
    case "canary-ended": {
      const { type, ...ended } = event;
      return {
        standing: "ended",
        standings: withNumbers(state, event.kpis),
        finding: event.finding,
        ended: { ...ended, at, by },
        blind: null,
      };
    }
    default:
      return unreachable(event);
  }
}

const withNumbers = ({ standings }: CanaryWatch, kpis: readonly KpiNumbers[]): CanaryWatch["standings"] => ({
  ...standings,
  ...Object.fromEntries(kpis.map((numbers) => [numbers.kpi, numbers])),
});

function ofBreach(
  { breaches }: CanaryWatch,
  kpi: string,
  change: (breach: Breach) => Partial<Breach>,
): Pick<CanaryWatch, "breaches"> {
  return { breaches: breaches.map((each) => (each.kpi === kpi ? { ...each, ...change(each) } : each)) };
}

/** Folds a canary's stream. Null for an empty one. */
export function foldCanary(events: Iterable<Recorded<CanaryEvent>>): CanaryWatch | null {
  let state: CanaryWatch | null = null;
  for (const recorded of events) state = evolveCanary(state, recorded);
  return state;
}
