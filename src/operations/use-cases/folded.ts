import type { AgendaEvent, OperationEvent } from "#src/operations/events";
import { foldAgenda, newAgenda } from "#src/operations/evolve-agenda";
import { foldOperation } from "#src/operations/evolve-operation";
import type { AgendaState, OperationState } from "#src/operations/state";
import type { Recorded } from "#src/release/events";
import { reach } from "#src/release/use-cases/folded";

/** What an agenda came to with each fact that was last when somebody asked: years of nights are not folded at every look. */
const agendas = new WeakMap<Recorded, AgendaState>();

export const isAgendaRecord = (recorded: Recorded): recorded is Recorded<AgendaEvent> =>
  recorded.stream.startsWith("agenda/");
export const isOperationRecord = (recorded: Recorded): recorded is Recorded<OperationEvent> =>
  recorded.stream.startsWith("operation/");

/** A service's agenda as its stream says it is; an empty stream is one for which nothing was ever scheduled. */
export function agendaOf(service: string, stream: readonly Recorded[]): AgendaState {
  const { state, newer } = reach(stream.filter(isAgendaRecord), agendas);
  const folded = foldAgenda(service, newer, state ?? newAgenda(service));
  const last = stream.at(-1);
  if (last !== undefined) agendas.set(last, folded);
  return folded;
}

/** A run as its stream says it is; null for an empty one. */
export const operationOf = (stream: readonly Recorded[]): OperationState | null =>
  foldOperation(stream.filter(isOperationRecord));
