import { breachSubject } from "#src/canary/canary-id";
import type { CanaryView } from "#src/canary/watch/view";
import { nameOf } from "#src/canary/words/names";
import type { CardedRun, ServicePicture } from "#src/operations/digest/picture";
import { mayAccept } from "#src/operations/proposals/approvals";
import type { ProposalState } from "#src/operations/proposals/state";
import type { Person } from "#src/release/people";
import type { Instant } from "#src/release/policy";
import { holdersOf, peopleOf } from "#src/release/rights";
import type { ReleaseView } from "#src/release/view";

/**
 * Something that goes on only when somebody acts. `who`: those who can, each enough unless `missing` says more; `subject`: whose message holds the
 * button, null where a command is typed.
 */
export type Waiting = { readonly who: readonly Person[]; readonly subject: string | null } & (
  | { readonly kind: "sign-off"; readonly release: number; readonly title: string; readonly missing: number }
  | { readonly kind: "cut-over"; readonly release: number; readonly run: string }
  /** `kpi`: as people call it. */
  | { readonly kind: "breach"; readonly kpi: string; readonly since: Instant; readonly rollsBackAt: Instant | null }
  | { readonly kind: "canary"; readonly number: number; readonly why: string }
  | { readonly kind: "rollback"; readonly number: number; readonly reason: string }
  | { readonly kind: "proposal"; readonly number: number; readonly title: string; readonly expires: Instant }
  | { readonly kind: "sop-step"; readonly card: string; readonly step: string; readonly since: Instant }
  /** Nobody works on the card: its next step. */
  | { readonly kind: "sop-card"; readonly card: string; readonly step: string }
  | { readonly kind: "unlock"; readonly reason: string; readonly since: Instant }
);

/** What waits for people, the most urgent first: what users feel, then what holds a release, then what may take its time. */
export function waitingOf(picture: ServicePicture): readonly Waiting[] {
  return [
    ...(picture.canary === null ? [] : ofCanary(picture.canary, picture)),
    ...ofRollback(picture),
    ...(picture.release === null ? [] : ofRelease(picture.release, picture)),
    ...ofLock(picture),
    ...picture.proposals.flatMap((proposal) => ofProposal(proposal, picture)),
    ...picture.carded.flatMap((run, place) => ofCards(run, place === 0, picture)),
  ];
}

function ofCanary(view: CanaryView, { policy, members }: ServicePicture): Waiting[] {
  const { canary, next } = view;
  if (canary.ended !== null || canary.rollback !== null) return [];
  const rollsBackAt = next.kind === "rolls-back" ? next : null;
  const breaches = canary.breaches
    .filter(({ acknowledged, foundAt }) => acknowledged === null && (canary.held === null || canary.held.at < foundAt))
    .map(({ kpi, foundAt }): Waiting => {
      const at = rollsBackAt?.kpi === kpi ? rollsBackAt.at : null;
      const who = holdersOf(policy, "canary", members);
      const subject = breachSubject(canary.id, kpi);
      return { kind: "breach", kpi: nameOf(view, kpi), since: foundAt, rollsBackAt: at, who, subject };
    });
  if (next.kind !== "waits-for-people") return breaches;
  const who = canary.givenUp === null ? holdersOf(policy, "canary", members) : holdersOf(policy, "rollback", members);
  return [...breaches, { kind: "canary", number: canary.number, why: next.why, who, subject: canary.id }];
}

function ofRollback({ rollback: view }: ServicePicture): Waiting[] {
  if (view === null || view.rollback.standing !== "waiting") return [];
  const { id, number, reason } = view.rollback;
  return [{ kind: "rollback", number, reason, who: view.approvers, subject: id }];
}

function ofRelease({ release, phase, signOffs }: ReleaseView, { policy, members }: ServicePicture): Waiting[] {
  if (release.ended !== null || release.paused !== null) return [];
  if (phase === "ready") {
    const who = holdersOf(policy, "cutover", members);
    return [{ kind: "cut-over", release: release.number, run: release.candidate.run, who, subject: release.id }];
  }
  return signOffs
    .filter(({ status }) => status === "waiting")
    .map(({ definition, missing, mayNow }) => ({
      kind: "sign-off",
      release: release.number,
      title: definition.title,
      missing,
      who: mayNow,
      subject: release.id,
    }));
}

function ofLock({ state, policy, members }: ServicePicture): Waiting[] {
  if (state === null || state.lock === null) return [];
  const { reason, at } = state.lock;
  return [{ kind: "unlock", reason, since: at, who: holdersOf(policy, "unlock", members), subject: null }];
}

/** One that everybody has accepted waits for Golive. */
function ofProposal(proposal: ProposalState, { members }: ServicePicture): Waiting[] {
  if (proposal.ended !== null || proposal.agreed !== null) return [];
  const { number, title, expires, id } = proposal;
  return [{ kind: "proposal", number, title, expires, who: mayAccept(proposal, members), subject: id }];
}

/** Steps of SOP cards that somebody began and nobody did; and, of the newest run's cards on which nobody works, the next step. */
function ofCards({ run, cards }: CardedRun, isNewest: boolean, { members }: ServicePicture): Waiting[] {
  const { id: subject, steps } = run;
  const isDone = (card: string, step: string) =>
    steps.some((each) => each.done && each.card === card && each.step === step);
  const begun = steps.filter(({ done, card, step }) => !done && !isDone(card, step));
  const first = begun.filter(
    ({ card, step }, place) => begun.findIndex((each) => each.card === card && each.step === step) === place,
  );
  const named = (card: string, step: string) => {
    const found = cards.find(({ id }) => id === card);
    return { card: found?.title ?? card, step: found?.steps.find(({ id }) => id === step)?.title ?? step };
  };
  const going = first.map(({ card, step, at, by }): Waiting => {
    return { kind: "sop-step", ...named(card, step), since: at, who: [by], subject };
  });
  const idle = isNewest ? cards.filter(({ id }) => !begun.some(({ card }) => card === id)) : [];
  const next = idle.flatMap((card): Waiting[] => {
    const step = card.steps.find(({ id }) => !isDone(card.id, id));
    const who = peopleOf(members, [card.owner]);
    return step === undefined ? [] : [{ kind: "sop-card", card: card.title, step: step.title, who, subject }];
  });
  return [...going, ...next];
}
