import type { Json } from "#src/operations/operation";
import type { RoleId, RoleMembers } from "#src/release/people";
import type { Instant, Policy } from "#src/release/policy";

/** `retrieval-nudge`: weights of the fusion, its constant, caps. `chunk-override`: another chunking of some documents. `few-shot-refresh`: other examples. */
export const PROPOSALS = ["retrieval-nudge", "chunk-override", "few-shot-refresh"] as const;
export type ProposalKind = (typeof PROPOSALS)[number];

/** One key of the configuration version, as `retrieval.weights.dense`. Null: it isn't there. */
export type ConfigChange = { readonly path: string; readonly from: Json; readonly to: Json };

/** What was measured of one figure with and without the change, on the same questions. */
export type ProposedFigure = {
  readonly name: string;
  readonly unit: "share" | "points" | "seconds" | "count";
  readonly base: number;
  readonly proposed: number;
  /** Of the paired difference, proposed minus base; null: none was computed. */
  readonly interval: { readonly low: number; readonly high: number; readonly level: number } | null;
  /** Questions. */
  readonly n: number;
  /** Groups of questions that are alike: then the values and the interval are over the groups' means, and each group counts once. */
  readonly groups?: number;
};

/** Why it is proposed: what people sign. */
export type ProposalEvidence = {
  /** One sentence with the number in it. */
  readonly summary: string;
  readonly figures: readonly ProposedFigure[];
  /** Ids of questions that got better and worse, 20 each at most. */
  readonly better: readonly string[];
  readonly worse: readonly string[];
  /** How it was searched and tested, in a sentence or two: grid, folds, seed, level. */
  readonly how: string;
  /** What the evidence can't show, a sentence each. */
  readonly cautions: readonly string[];
  /** SHA-256 over the inputs (questions, retrieval lists, base configuration, grid, seed): the same inputs give the same proposal. */
  readonly digest: string;
};

/**
 * How a proposal ends. `released`: its go-live was opened. `accepted`: its configuration version stands in the store, and what goes live with it
 * is people's to start (another run has to be ingested first, or a release is open). `stale`: its base changed. `expired`: nobody decided.
 */
export type ProposalEnd = "released" | "accepted" | "declined" | "stale" | "expired" | "failed";

/** Facts of one proposal: `proposal/<id>`. */
export type ProposalEvent =
  | {
      readonly type: "proposal-made";
      readonly proposal: string;
      readonly number: number;
      readonly service: string;
      readonly channel: string;
      readonly kind: ProposalKind;
      /** What people read, as "Weigh full-text search more". */
      readonly title: string;
      /** The operation that found it; null: a person's command did. */
      readonly operation: string | null;
      /** What it changes: the version that was live, and the digest of that version's body. */
      readonly base: { readonly run: string; readonly config: string; readonly digest: string };
      readonly changes: readonly ConfigChange[];
      readonly evidence: ProposalEvidence;
      /** Roles of which one person each has to accept. */
      readonly approvers: readonly RoleId[];
      readonly rights: Policy;
      readonly members: RoleMembers;
      /** A new run has to be ingested before it can go live. */
      readonly needsRun: boolean;
      readonly expires: Instant;
    }
  /** `complete`: with this one everybody who has to has accepted, by the roles as they were resolved at this click. */
  | {
      readonly type: "proposal-accepted";
      readonly role: RoleId;
      readonly members: readonly string[];
      readonly complete: boolean;
    }
  | { readonly type: "proposal-declined"; readonly reason: string }
  | { readonly type: "proposal-stale"; readonly because: string }
  | { readonly type: "proposal-expired" }
  /** The new configuration version stands in the store; nothing answers with it yet. */
  | { readonly type: "proposal-written"; readonly config: string; readonly digest: string }
  | { readonly type: "proposal-released"; readonly release: string }
  /** Its go-live could not be opened by itself: what was in the way, and that `/golive start` does it. */
  | { readonly type: "proposal-left-to-people"; readonly says: string }
  | { readonly type: "proposal-failed"; readonly says: string };

export const proposalStream = (proposal: string): string => `proposal/${proposal}`;
