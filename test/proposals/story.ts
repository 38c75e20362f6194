import { type Before, decideProposal } from "#src/operations/proposals/decide";
import type { ProposalDecision } from "#src/operations/proposals/decision";
import { evolveProposal } from "#src/operations/proposals/evolve";
import type { LiveConfig, ProposalIntent } from "#src/operations/proposals/intents";
import type { ProposalState } from "#src/operations/proposals/state";
import type { ProposalDraft } from "#src/operations/use-cases";
import { digestOf } from "#src/release/hash";
import type { Person, RoleMembers } from "#src/release/people";
import * as w from "#test/release/world";

export const DAY = 86_400_000;
export const BODY = { retrieval: { rrf_k: 60, weights: { dense: 1, sparse: 1 } }, note: "as it was" };
export const BASE = { run: "run-1", config: "v1", digest: digestOf(BODY) };
export const LIVE: LiveConfig = { pair: { run: "run-1", config: "v1" }, digest: BASE.digest };

export const draft = (digest = "a".repeat(64), given: Partial<ProposalDraft> = {}): ProposalDraft => ({
  kind: "retrieval-nudge",
  title: "Weigh full-text search more",
  operation: null,
  base: BASE,
  changes: [{ path: "retrieval.rrf_k", from: 60, to: 20 }],
  evidence: {
    summary: "Gold evidence in the context: 81.0 % instead of 74.0 % of 130 questions.",
    figures: [
      {
        name: "gold evidence in the context",
        unit: "share",
        base: 0.74,
        proposed: 0.81,
        interval: { low: 0.02, high: 0.12, level: 0.95 },
        n: 130,
      },
    ],
    better: ["q-1", "q-2"],
    worse: ["q-3"],
    how: "108 settings, 5 folds, seed 7.",
    cautions: ["Retrieval alone was measured."],
    digest,
  },
  needsRun: false,
  ...given,
});

export type Facts = Omit<Extract<ProposalIntent, { type: "make" }>, "type">;
export const facts = (given: Partial<Facts> = {}): Facts => ({
  ...draft(),
  proposal: "pp_1",
  service: "docs",
  channel: "C1",
  approvers: ["approver", "data-lead"],
  rights: w.policy,
  members: w.members,
  expires: w.T0 + 14 * DAY,
  ...given,
});

export const NOTHING_BEFORE: Before = { proposalCount: 0, open: [] };

/** The proposal after what a decision appends to its own stream. */
export function after(state: ProposalState | null, decision: ProposalDecision, id = "pp_1"): ProposalState | null {
  let folded = state;
  for (const each of decision.events) {
    if (each.to !== "proposal" || each.stream !== `proposal/${id}`) continue;
    const { stream, by, event } = each;
    folded = evolveProposal(folded, { stream, by, event, at: w.T0, version: (folded?.version ?? 0) + 1 });
  }
  return folded;
}

export function made(given: Partial<Facts> = {}): ProposalState {
  const state = after(
    null,
    decideProposal(NOTHING_BEFORE, null, { type: "make", ...facts(given) }, w.T0),
    given.proposal,
  );
  if (state === null) throw new Error("nothing was made");
  return state;
}

export const accepts = (actor: Person, given: { members?: RoleMembers; live?: LiveConfig | null } = {}) =>
  ({ type: "accept", actor, members: w.members, live: LIVE, ...given }) as const;

/** Decides and folds; throws when it was refused. */
export function play(state: ProposalState, ...intents: readonly ProposalIntent[]): ProposalState {
  return intents.reduce<ProposalState>((before, intent) => {
    const decision = decideProposal(NOTHING_BEFORE, before, intent, w.T0 + 1);
    if (!decision.ok) throw new Error(JSON.stringify(decision.refusal));
    return after(before, decision, before.id) ?? before;
  }, state);
}

export const refusalOf = (state: ProposalState, intent: ProposalIntent, now = w.T0 + 1) => {
  const decision = decideProposal(NOTHING_BEFORE, state, intent, now);
  return decision.ok ? null : decision.refusal;
};

export const typesOf = (decision: ProposalDecision): readonly string[] =>
  decision.events.map(({ event }) => event.type);
