import type { AgendaEvent } from "#src/operations/events";
import { OPERATIONS, type OperationKind } from "#src/operations/operation";
import type { AgendaEntry, AgendaState, EndedOperation } from "#src/operations/state";
import type { Recorded } from "#src/release/events";
import { unreachable } from "#src/release/unreachable";

const NEW: AgendaEntry = {
  schedule: null,
  handled: 0,
  open: null,
  runs: 0,
  last: null,
  lastPass: null,
  skipped: null,
  skips: 0,
};

/** A service for which nothing was ever scheduled or run. */
export function newAgenda(service: string): AgendaState {
  const entries: Record<OperationKind, AgendaEntry> = {
    smoke: NEW,
    weekly: NEW,
    "few-shot": NEW,
    backup: NEW,
    drill: NEW,
    digest: NEW,
  };
  return { service, entries, proposals: [], proposalCount: 0, version: 0 };
}

/** The agenda after one more fact. */
export function evolveAgenda(state: AgendaState, recorded: Recorded<AgendaEvent>): AgendaState {
  return { ...state, ...changesOf(state, recorded), version: recorded.version };
}

function changesOf(state: AgendaState, { event, at }: Recorded<AgendaEvent>): Partial<AgendaState> {
  const ofKind = (kind: OperationKind, change: (entry: AgendaEntry) => Partial<AgendaEntry>): Partial<AgendaState> => {
    const entry = state.entries[kind];
    return { entries: { ...state.entries, [kind]: { ...entry, ...change(entry) } } };
  };
  switch (event.type) {
    case "schedule-set":
      return ofKind(event.kind, () => ({ schedule: event.schedule, handled: event.since, skips: 0 }));
    case "operation-opened": {
      const { operation, number, week, due } = event;
      return ofKind(event.kind, ({ handled }) => ({
        open: { operation, number, week, since: at },
        runs: number,
        skips: 0,
        handled: Math.max(handled, due ?? handled),
      }));
    }
    case "operation-closed":
      return ofKind(event.kind, (entry) => closed(entry, event, at));
    case "fire-skipped": {
      const { due, because, says } = event;
      return ofKind(event.kind, ({ handled, skips }) => ({
        handled: Math.max(handled, due),
        skipped: { due, because, says, at },
        skips: skips + unwantedSkips(event),
      }));
    }
    case "proposal-opened": {
      const { type, ...proposal } = event;
      return { proposals: [...state.proposals, { ...proposal, at }], proposalCount: event.number };
    }
    case "proposal-closed":
      return { proposals: state.proposals.filter(({ proposal }) => proposal !== event.proposal) };
    default:
      return unreachable(event);
  }
}

/** Fires that should have become a run. */
export const unwantedSkips = ({ because, fires }: Extract<AgendaEvent, { type: "fire-skipped" }>): number =>
  because === "holiday" || because === "freeze" ? 0 : fires;

function closed(
  entry: AgendaEntry,
  { operation, verdict, summary }: Extract<AgendaEvent, { type: "operation-closed" }>,
  at: number,
): Partial<AgendaEntry> {
  if (entry.open?.operation !== operation) return {};
  const last: EndedOperation = { operation, number: entry.open.number, verdict, summary, at };
  return { open: null, last, ...(verdict === "pass" ? { lastPass: last } : {}) };
}

/** Folds an agenda's stream, from `state` on. */
export const foldAgenda = (
  service: string,
  events: Iterable<Recorded<AgendaEvent>>,
  state: AgendaState = newAgenda(service),
): AgendaState => [...events].reduce(evolveAgenda, state);

/** Runs that have not ended. */
export const openOperations = (
  agenda: AgendaState,
): readonly { readonly kind: OperationKind; readonly operation: string }[] =>
  OPERATIONS.flatMap((kind) => {
    const { open } = agenda.entries[kind];
    return open === null ? [] : [{ kind, operation: open.operation }];
  });
