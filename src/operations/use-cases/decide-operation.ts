import type { Journal } from "#src/journal/journal";
import { consequencesOfOperation } from "#src/operations/consequences";
import { decideOperation } from "#src/operations/decide";
import { agendaStream, operationStream } from "#src/operations/events";
import { evolveOperation } from "#src/operations/evolve-operation";
import type { OperationIntent } from "#src/operations/intents";
import type { Calendar } from "#src/operations/schedule/calendar";
import type { OperationDecided } from "#src/operations/use-cases";
import { agendaOf, isAgendaRecord, isOperationRecord, operationOf } from "#src/operations/use-cases/folded";
import type { DomainClock } from "#src/release/clock";
import { serviceStream } from "#src/release/events";
import { record } from "#src/release/use-cases/decide-intent";
import { serviceOf } from "#src/release/use-cases/folded";

/** Decides one intent and commits what follows. `operation` null: it is about none. `key`: intake key; null: no deduplication. */
export type DecideOperation = (
  service: string,
  operation: string | null,
  key: string | null,
  intent: OperationIntent,
) => Promise<OperationDecided>;

/**
 * The one way from an intent about a service's clock to the journal: under the service's lock, over the streams of the service, its agenda
 * and the run. So a fire becomes one run over all copies of the bot, and its job exists if and only if the run does. Throws `JournalError`
 * when the database can't be reached: then nothing was decided.
 */
export function createDecideOperation(deps: {
  readonly journal: Journal;
  readonly clock: DomainClock;
  readonly calendar: Calendar;
}): DecideOperation {
  return async (service, id, key, intent) => {
    const streams = [serviceStream(service), agendaStream(service), ...(id === null ? [] : [operationStream(id)])];
    const { outcome } = await deps.journal.transact<OperationDecided>(service, key, streams, (loaded) => {
      const now = deps.clock.now();
      const of = (stream: string) => loaded.get(stream) ?? [];
      const agenda = agendaOf(service, of(agendaStream(service)));
      const operation = id === null ? null : operationOf(of(operationStream(id)));
      const ground = { service: serviceOf(service, of(serviceStream(service))), agenda, operation };
      const decision = decideOperation(ground, intent, deps.calendar, now);
      if (!decision.ok) {
        return { outcome: { ok: false, refusal: decision.refusal }, events: [], jobs: [], repaint: [], posts: [] };
      }
      const recorded = record(decision.events, loaded, now);
      const after = recorded.filter(isOperationRecord).reduce(evolveOperation, operation);
      const facts = recorded.filter((each) => isAgendaRecord(each) || isOperationRecord(each));
      return {
        outcome: { ok: true, id: id ?? agendaStream(service), events: decision.events.map(({ event }) => event.type) },
        events: decision.events.map(({ stream, by, event }) => ({ stream, by, event, at: now })),
        ...consequencesOfOperation(agenda, after, facts, intent.type === "fire" ? intent.channel : null),
      };
    });
    return outcome;
  };
}
