import type { OperationEvent } from "#src/operations/events";
import type { OperationState } from "#src/operations/state";
import type { Recorded } from "#src/release/events";
import { unreachable } from "#src/release/unreachable";

/** The run after one more fact. Its stream begins with `operation-requested` and has it once; anything else throws. */
export function evolveOperation(state: OperationState | null, recorded: Recorded<OperationEvent>): OperationState {
  const { event, by, at, version, stream } = recorded;
  if (event.type === "operation-requested") {
    if (state !== null) throw new Error(`${stream} starts twice: again at version ${version}`);
    const { type, operation, ...rest } = event;
    return { ...rest, id: operation, by, requestedAt: at, finished: null, steps: [], version };
  }
  if (state === null) throw new Error(`${stream} begins with ${event.type} instead of operation-requested`);
  return { ...state, ...changesOf(state, recorded, event), version };
}

function changesOf(
  state: OperationState,
  { by, at }: Recorded<OperationEvent>,
  event: Exclude<OperationEvent, { type: "operation-requested" }>,
): Partial<OperationState> {
  switch (event.type) {
    case "operation-finished": {
      const { type, ...finished } = event;
      return { finished: { ...finished, at } };
    }
    case "sop-step-started":
      return { steps: [...state.steps, { card: event.card, step: event.step, done: false, note: "", by, at }] };
    case "sop-step-done": {
      const { card, step, note } = event;
      return { steps: [...state.steps, { card, step, done: true, note, by, at }] };
    }
    default:
      return unreachable(event);
  }
}

/** Folds a run's stream. Null for an empty one. */
export function foldOperation(events: Iterable<Recorded<OperationEvent>>): OperationState | null {
  let state: OperationState | null = null;
  for (const recorded of events) state = evolveOperation(state, recorded);
  return state;
}
