import { consequencesOfSlos } from "#src/operations/slo/consequences";
import { decideSlos, type Look } from "#src/operations/slo/decide";
import type { SloInputs } from "#src/operations/slo/inputs";
import type { SloPolicy } from "#src/operations/slo/policy";
import { readSloInputs } from "#src/operations/slo/read-slos";
import type { SloReading } from "#src/operations/slo/slo";
import { evolveSlos, isSloRecord, NO_SLOS, type SloState } from "#src/operations/slo/state";
import type { Recorded, ServiceEvent } from "#src/release/events";
import { evolveService, newService } from "#src/release/evolve-service";
import type { ServiceState } from "#src/release/state";
import { policyOf } from "#test/slo/world";

export const SERVICE = "docs";
export const CHANNEL = "C0RELEASE";
export const ON_CALL = [{ id: "U0ON", name: "Ona", kind: "member" as const }];

const isService = (fact: Recorded): fact is Recorded<ServiceEvent> => fact.stream.startsWith("service/");

/** A service and its SLOs on record, looked at again and again as the bot does. */
export function createWatch(options: { readonly policy?: SloPolicy; readonly thread?: string | null } = {}) {
  const { thread = null } = options;
  let service: ServiceState = newService(SERVICE);
  let state: SloState = NO_SLOS;
  const facts: Recorded[] = [];
  const told: ReturnType<typeof consequencesOfSlos>[] = [];
  const take = (fact: Recorded) => {
    facts.push(fact);
    if (isService(fact)) service = evolveService(service, fact);
    if (isSloRecord(fact)) state = evolveSlos(state, fact);
  };
  const versionOf = (stream: string) => facts.filter((fact) => fact.stream === stream).length + 1;
  return {
    policy: options.policy ?? policyOf(),
    facts,
    told,
    service: () => service,
    state: () => state,
    /** Something that happens to the service besides. */
    happens(event: ServiceEvent, at: number): void {
      const stream = `service/${SERVICE}`;
      take({ stream, version: versionOf(stream), at, by: ON_CALL[0] ?? never(), event });
    },
    /** One look at these readings; the types of the facts that it came to. */
    see(readings: readonly SloReading[], now: number): string[] {
      const look: Look = { policy: this.policy, readings, channel: CHANNEL, thread, onCall: ON_CALL, now };
      const begun = facts.length;
      for (const { stream, by, event } of decideSlos(service, state, look)) {
        take({ stream, by, event, at: now, version: versionOf(stream) });
      }
      const fresh = facts.slice(begun);
      told.push(consequencesOfSlos(SERVICE, state, fresh, CHANNEL));
      return fresh.map(({ event }) => event.type);
    },
    look(inputs: SloInputs, now: number): string[] {
      return this.see(readSloInputs(this.policy, inputs, now), now);
    },
  };
}

function never(): never {
  throw new Error("unreachable");
}
