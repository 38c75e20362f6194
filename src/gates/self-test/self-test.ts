import type { Gate, GateSubject } from "#src/gates/gate";
import type { StoreQuery } from "#src/rag/store";

/** A small RAG system in which everything is as it should be, in a schema that nobody else ever sees. */
export type World = {
  /** Live: `LIVE`, candidate: `CANDIDATE`; both recorded, with forty chunks each. Its store asks the scratch schema. */
  readonly subject: GateSubject;
  /** Runs in the world's transaction, where `chunks`, `runs`, `pointer` and `configs` are its tables. */
  readonly query: StoreQuery;
};

/** What a gate is held against. Left out: the healthy world, and the gate as production has it. */
export type Fixture = {
  /** What is right or wrong with it, in a few words. */
  readonly what: string;
  /** Makes the world what it is. Table names stand alone: `UPDATE chunks …`. */
  readonly sql?: readonly string[];
  /** What the subject has otherwise: another environment, another database's answer. */
  readonly change?: (subject: GateSubject) => Partial<GateSubject>;
  /**
   * The same gate over what the fixture brings in place of the outside world (a model client that fails, a place where backups
   * get lost). Id and version have to be production's.
   */
  readonly gate?: (world: World) => Gate;
};

/**
 * `finds`: the finding that must be among the gate's, so that it fails for the reason it was made to. `verdict`: left out where
 * the gate has to fail; inconclusive where the defect is that something is not shown.
 */
export type BadFixture = Fixture & { readonly finds: string | RegExp; readonly verdict?: "inconclusive" };

/** A gate that fails on everything would pass the bad ones alone: the good twin has to pass. */
export type SelfTest = { readonly bad: readonly [BadFixture, ...BadFixture[]]; readonly good: Fixture };
