import type { SloReport } from "#src/operations/slo/slo";

/** What can be asked of a service's SLOs. Takes no right. */
export interface SloUseCases {
  /** As of now, over what was added up so far (`rolledUpAt`); decides nothing and writes nothing. */
  readSlos(service: string): Promise<SloReport>;
}
