import type { Journal } from "#src/journal/journal";
import { agendaStream, operationStream } from "#src/operations/events";
import type { OperationIntent } from "#src/operations/intents";
import type { OperationState } from "#src/operations/state";
import type { OperationUseCases } from "#src/operations/use-cases";
import type { DecideOperation } from "#src/operations/use-cases/decide-operation";
import { agendaOf, operationOf } from "#src/operations/use-cases/folded";
import type { Policy } from "#src/release/policy";

type Deps = {
  readonly journal: Pick<Journal, "load">;
  readonly decide: DecideOperation;
  /** Ids of runs: `op_` and what nobody guesses twice. */
  readonly newOperationId: () => string;
  readonly service: (id: string) => { readonly channel: string; readonly policy: Policy };
  /** The SOP cards that a run ended with. */
  readonly cardsOf: (operation: OperationState) => Extract<OperationIntent, { type: "step" }>["cards"];
  /** Whether the open release of a service is moving its pointer. */
  readonly isCuttingOver: (service: string) => Promise<boolean>;
};

export function createOperationUseCases(deps: Deps): OperationUseCases {
  const { journal, decide } = deps;
  const operation = async (id: string) => operationOf(await journal.load(operationStream(id)));
  return {
    agenda: async (service) => agendaOf(service, await journal.load(agendaStream(service))),
    operation,
    async request(service, kind, key, { actor, members }) {
      const id = deps.newOperationId();
      const { channel, policy } = deps.service(service);
      const isCuttingOver = await deps.isCuttingOver(service);
      const intent = { type: "request", kind, operation: id, channel, policy, isCuttingOver, actor, members } as const;
      return decide(service, id, key, intent);
    },
    async step(id, key, { actor, card, step, done, note }) {
      const found = await operation(id);
      if (found === null) return { ok: false, refusal: { kind: "no-operation", operation: id } };
      return decide(found.service, id, key, {
        type: "step",
        cards: deps.cardsOf(found),
        actor,
        card,
        step,
        done,
        note,
      });
    },
  };
}
