import type { SloReport } from "#src/operations/slo/slo";

/** What can be asked of a service's SLOs. Takes no right. */
export interface SloUseCases {
  /** As of now, from what is stored; decides nothing and writes nothing. */
  readSlos(service: string): Promise<SloReport>;
}
