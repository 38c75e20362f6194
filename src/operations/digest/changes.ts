import type { CanaryEnd } from "#src/canary/watch/events";
import type { ProposalEnd } from "#src/operations/proposals/events";
import type { Pair, Recorded } from "#src/release/events";
import type { Person } from "#src/release/people";
import type { Instant } from "#src/release/policy";
import type { RollbackOutcome } from "#src/rollback/events";

/** One thing that is different since the last digest. Numbers are null where what began it is not in the stream. */
export type Change = { readonly at: Instant; readonly by: Person; readonly subject: string | null } & (
  | { readonly kind: "release-opened"; readonly number: number }
  | { readonly kind: "release-closed"; readonly number: number | null; readonly as: "live" | "cancelled" | "failed" }
  | {
      readonly kind: "flip";
      readonly how: "release" | "rollback";
      readonly from: Pair | null;
      readonly to: Pair | null;
    }
  /** Somebody moved the pointer past Golive. */
  | { readonly kind: "moved"; readonly from: Pair | null; readonly to: Pair | null }
  | { readonly kind: "rollback-closed"; readonly number: number | null; readonly outcome: RollbackOutcome }
  | { readonly kind: "canary-opened"; readonly number: number }
  | { readonly kind: "canary-closed"; readonly number: number | null; readonly as: CanaryEnd }
  | { readonly kind: "breach"; readonly kpi: string }
  | { readonly kind: "locked"; readonly reason: string }
  | { readonly kind: "unlocked"; readonly rootCause: string }
  | { readonly kind: "proposed"; readonly number: number; readonly title: string }
  | {
      readonly kind: "proposal-closed";
      readonly number: number | null;
      readonly title: string;
      readonly as: ProposalEnd;
    }
);

/** What a service's stream and its agenda say since these versions of them, in the order it happened. */
export function changesOf(
  facts: { readonly service: readonly Recorded[]; readonly agenda: readonly Recorded[] },
  since: { readonly service: number; readonly agenda: number },
): readonly Change[] {
  const numbers = numbersIn([...facts.service, ...facts.agenda]);
  const news = [
    ...facts.service.filter(({ version }) => version > since.service),
    ...facts.agenda.filter(({ version }) => version > since.agenda),
  ];
  return news.flatMap((fact) => changeOf(fact, numbers)).sort((a, b) => a.at - b.at);
}

type Opened = { readonly number: number; readonly title: string };

function numbersIn(facts: readonly Recorded[]): ReadonlyMap<string, Opened> {
  const opened = new Map<string, Opened>();
  for (const { event } of facts) {
    if (event.type === "release-opened") opened.set(event.release, { number: event.number, title: "" });
    if (event.type === "rollback-opened") opened.set(event.rollback, { number: event.number, title: "" });
    if (event.type === "canary-opened") opened.set(event.canary, { number: event.number, title: "" });
    if (event.type === "proposal-opened") opened.set(event.proposal, { number: event.number, title: event.title });
  }
  return opened;
}

function changeOf({ event, at, by }: Recorded, opened: ReadonlyMap<string, Opened>): Change[] {
  const about = (subject: string) => ({ at, by, subject });
  const of = (subject: string) => ({ ...about(subject), number: opened.get(subject)?.number ?? null });
  switch (event.type) {
    case "release-opened":
      return [{ kind: "release-opened", number: event.number, ...about(event.release) }];
    case "release-closed":
      return [{ kind: "release-closed", as: event.as, ...of(event.release) }];
    case "pointer-flipped":
      return [{ kind: "flip", how: "release", from: event.from, to: event.to, ...about(event.release) }];
    case "pointer-rolled-back":
      return [{ kind: "flip", how: "rollback", from: event.from, to: event.to, ...about(event.rollback) }];
    case "pointer-moved":
      return [{ kind: "moved", from: event.from, to: event.to, at, by, subject: null }];
    case "rollback-closed":
      return [{ kind: "rollback-closed", outcome: event.outcome, ...of(event.rollback) }];
    case "canary-opened":
      return [{ kind: "canary-opened", number: event.number, ...about(event.canary) }];
    case "canary-closed":
      return [{ kind: "canary-closed", as: event.as, ...of(event.canary) }];
    case "service-locked":
      return [{ kind: "locked", reason: event.reason, at, by, subject: null }];
    case "service-unlocked":
      return [{ kind: "unlocked", rootCause: event.rootCause, at, by, subject: null }];
    case "proposal-opened":
      return [{ kind: "proposed", number: event.number, title: event.title, ...about(event.proposal) }];
    case "proposal-closed": {
      const title = opened.get(event.proposal)?.title ?? "";
      return [{ kind: "proposal-closed", title, as: event.as, ...of(event.proposal) }];
    }
    default:
      return [];
  }
}
