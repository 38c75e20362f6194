import type { Recorded } from "#src/release/events";
import { unreachable } from "#src/release/unreachable";
import type { RollbackEvent, StepId } from "#src/rollback/events";
import { type RollbackState, type StepState, stepsOf } from "#src/rollback/state";

const UNTOUCHED: StepState = { status: "pending", startedAt: null, finishedAt: null, result: null };

/** The rollback after one more fact. Its stream begins with `rollback-requested` and has it once; anything else throws. */
export function evolveRollback(state: RollbackState | null, recorded: Recorded<RollbackEvent>): RollbackState {
  const { event, by, at, version } = recorded;
  if (event.type === "rollback-requested") {
    if (state !== null) throw new Error(`${recorded.stream} starts twice: again at version ${version}`);
    const { rollback, type, ...rest } = event;
    return {
      ...rest,
      id: rollback,
      requester: by,
      requestedAt: at,
      standing: "waiting",
      glass: [],
      confirmed: null,
      flip: null,
      steps: stepsOf(event.plan).map((id) => ({ id, ...UNTOUCHED })),
      ended: null,
      version,
    };
  }
  if (state === null) throw new Error(`${recorded.stream} begins with ${event.type} instead of rollback-requested`);
  return { ...state, ...changesOf(state, recorded, event), version };
}

function changesOf(
  state: RollbackState,
  { by, at }: Recorded<RollbackEvent>,
  event: Exclude<RollbackEvent, { type: "rollback-requested" }>,
): Partial<RollbackState> {
  switch (event.type) {
    case "rollback-glass-asked":
      return { glass: [...state.glass, by] };
    case "rollback-confirmed": {
      const { how, people, reason } = event;
      return { standing: "running", confirmed: { how, people, reason, at } };
    }
    case "rollback-flip-intended": {
      const { flip: id, from, to } = event;
      return { flip: { id, from, to, outcome: null, settledAt: null } };
    }
    case "rollback-flip-settled":
      return state.flip === null ? {} : { flip: { ...state.flip, outcome: event.outcome, settledAt: at } };
    case "rollback-step-started":
      return ofStep(state, event.step, { status: "running", startedAt: at });
    case "rollback-step-finished":
      return ofStep(state, event.step, { status: event.result.outcome, finishedAt: at, result: event.result });
    case "rollback-ended": {
      const { outcome, live, says } = event;
      return { standing: outcome, ended: { at, live, says } };
    }
    default:
      return unreachable(event);
  }
}

function ofStep({ steps }: RollbackState, step: StepId, change: Partial<StepState>): Pick<RollbackState, "steps"> {
  return { steps: steps.map((each) => (each.id === step ? { ...each, ...change } : each)) };
}

/** Folds a rollback's stream. Null for an empty one. */
export function foldRollback(events: Iterable<Recorded<RollbackEvent>>): RollbackState | null {
  let state: RollbackState | null = null;
  for (const recorded of events) state = evolveRollback(state, recorded);
  return state;
}
