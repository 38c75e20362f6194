import type { Alert } from "#src/operations/slo/state";

/** One line about a service's SLOs, as data; whoever posts it words it. */
export type SloNote =
  /** A ticket, in the week's thread. */
  | { readonly kind: "slo-ticket"; readonly slo: string; readonly says: string }
  | { readonly kind: "slo-calm"; readonly slo: string; readonly says: string }
  /** `locked`: go-lives wait; `waits`: they will, once what is under way is over. */
  | {
      readonly kind: "slo-spent";
      readonly slo: string;
      readonly says: string;
      readonly lock: "locked" | "waits" | null;
    }
  | { readonly kind: "slo-locked"; readonly slo: string; readonly says: string }
  | { readonly kind: "slo-restored"; readonly slo: string; readonly says: string; readonly whole: boolean }
  /** To one person: the channel can't show the alert. */
  | {
      readonly kind: "slo-unseen";
      readonly slo: string;
      readonly says: string;
      readonly because: "channel-archived" | "bot-removed";
    };

/** An alert's message in the channel is painted: `sb_<service>/<version of its fact>`. */
export const alertSubject = (service: string, { version }: Pick<Alert, "version">): string =>
  `sb_${service}/${version}`;

/** Null: it is no alert's. */
export function alertOfSubject(subject: string): { readonly service: string; readonly version: number } | null {
  const [, service, version] = /^sb_(.+)\/(\d+)$/.exec(subject) ?? [];
  return service === undefined || version === undefined ? null : { service, version: Number(version) };
}
