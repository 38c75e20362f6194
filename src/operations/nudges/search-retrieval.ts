import { CONFIDENCE, FEWEST_PAIRS, pairedDifference } from "#src/evaluation/compare/paired-difference";
import type { NudgeCase, NudgeCases } from "#src/operations/nudges/case";
import { crossValidate, groupMeans } from "#src/operations/nudges/cross-validate";
import { type CaseFigures, figuresOf, meanFigure } from "#src/operations/nudges/figures";
import { FOLDS, SEED } from "#src/operations/nudges/folds";
import { contextAgain, type FusionFrame, type FusionSettings, fuseAgain } from "#src/operations/nudges/fusion";
import { gridAround, type Movable } from "#src/operations/nudges/grid";
import { GUARDS, guardBreaches } from "#src/operations/nudges/guards";
import { movedMost } from "#src/operations/nudges/moved";
import { countGroups } from "#src/operations/nudges/question-groups";
import { finish, type Steps } from "#src/operations/nudges/steps";
import type { Json } from "#src/operations/operation";
import type { ProposalEvidence, ProposedFigure } from "#src/operations/proposals/events";
import { digestOf } from "#src/release/hash";

/** Below this share of questions whose list and context come out as the service's own, the service does something else. */
export const REPRODUCED = 0.95;

export type RetrievalInput = NudgeCases & {
  readonly present: FusionSettings;
  readonly frame: FusionFrame;
  readonly movable: Movable;
};

/** `cannot`: nothing was searched, and why. `nothing`: searched, and nothing is proven better. */
export type RetrievalSearch =
  | { readonly kind: "cannot"; readonly says: string }
  | { readonly kind: "nothing"; readonly says: string; readonly digest: string }
  | ({
      readonly kind: "found";
      readonly settings: FusionSettings;
    } & Omit<ProposalEvidence, "cautions">);

/**
 * Looks for better settings of the fusion around the present ones, on the lists that an evaluation stored: no model is asked. The same input
 * gives the same result, to the byte.
 */
export const searchRetrieval = (input: RetrievalInput): RetrievalSearch => finish(searchRetrievalInSteps(input));

/** The same, with a pause after each setting. */
export function* searchRetrievalInSteps(input: RetrievalInput): Steps<RetrievalSearch> {
  const { cases, present, frame, movable } = input;
  const cannot = whyNot(input);
  if (cannot !== null) return { kind: "cannot", says: cannot };
  const grid = gridAround(present, movable);
  const digest = digestOfSearch(input, grid);
  const all: CaseFigures[][] = [];
  for (const settings of grid) {
    all.push(cases.map((one) => figuresOf(one, contextAgain(one, settings, frame), frame.chunks)));
    yield;
  }
  const ids = cases.map(({ id }) => id);
  const groups = cases.map(({ group }) => group);
  const { chosen, picks, heldOut } = crossValidate(
    groups,
    all.map((figures) => figures.map(({ gain }) => gain)),
    SEED,
  );
  const tested = picks.map((pick, index) => all[pick]?.[index]).filter((figures) => figures !== undefined);
  const how = `${grid.length} settings around the present one, ${countGroups(groups)} that share evidence or are asked alike, each group counted once; ${FOLDS} folds of groups by hash (seed ${SEED}): chosen on four, tested on the fifth; ${100 * CONFIDENCE} % interval of the paired difference on the groups that had no say, widened since the folds share questions.`;
  const settings = chosen === null ? undefined : grid[chosen];
  if (chosen === null || settings === undefined) {
    const says = `Nothing is proposed: no setting of ${grid.length} is the choice of most of the ${FOLDS} folds. ${how}`;
    return { kind: "nothing", digest, says };
  }
  const [was = [], becomes = []] = [all[0], all[chosen]];
  if (chosen === 0) {
    return { kind: "nothing", digest, says: `None of ${grid.length} settings is better than the present one. ${how}` };
  }
  if (heldOut.interval === null || heldOut.interval.low <= 0) {
    const { low = 0, high = 0 } = heldOut.interval ?? {};
    const says = `The best of ${grid.length} settings is not proven better: difference ${points(heldOut.difference ?? 0)}, interval ${points(low)} to ${points(high)} points. ${how}`;
    return { kind: "nothing", digest, says };
  }
  const breaches = [...new Set([...guardBreaches(was, tested), ...guardBreaches(was, becomes)])];
  if (breaches.length > 0) {
    return {
      kind: "nothing",
      digest,
      says: `A better setting was found, and is not proposed: ${breaches.join("; ")}. ${how}`,
    };
  }
  const gain = heldOut.difference ?? 0;
  return {
    kind: "found",
    settings,
    digest,
    how: `${how} Not proposed if ${GUARDS}.`,
    summary: `Gold evidence stands higher in what the reader gets: ${points(gain)} points of rank-weighted recall on ${countGroups(groups)}, interval ${points(heldOut.interval.low)} to ${points(heldOut.interval.high)}.`,
    figures: [
      {
        name: "gold evidence in the context, rank-weighted, held out",
        unit: "share",
        base: heldOut.baseline ?? 0,
        proposed: heldOut.candidate ?? 0,
        interval: { ...heldOut.interval, level: CONFIDENCE },
        n: ids.length,
        groups: heldOut.n,
      },
      ...guarded(groups, was, becomes),
    ],
    ...movedMost(ids.map((id, index) => ({ id, by: (becomes[index]?.gain ?? 0) - (was[index]?.gain ?? 0) }))),
  };
}

function whyNot({ cases, withoutRanks, present, frame }: RetrievalInput): string | null {
  if (withoutRanks > 0 && cases.length === 0) {
    return "The service doesn't send the ranks of the lists that it fuses (snapshot[].ranks, docs/rag-service.md), so other weights can't be tried without asking it again.";
  }
  const n = cases.length;
  const same = cases.filter((one) => isReproduced(one, present, frame)).length;
  if (same < REPRODUCED * n) {
    return `It can't be searched: the service fuses otherwise than its configuration says. Of ${n} questions only ${same} come out in the service's own order and context when its ranks are fused with the present values; it takes ${Math.ceil(REPRODUCED * n)}.`;
  }
  const groups = cases.map(({ group }) => group);
  if (new Set(groups).size < FEWEST_PAIRS) {
    return `Only ${countGroups(groups)} that share evidence or are asked alike ${n === 1 ? "has" : "have"} labelled evidence and a retrieval list with ranks; it takes ${FEWEST_PAIRS} groups to say anything.`;
  }
  return null;
}

function isReproduced(one: NudgeCase, present: FusionSettings, frame: FusionFrame): boolean {
  const order = fuseAgain(one.chunks, present);
  if (!order.every((at, place) => at === place)) return false;
  const context = contextAgain(one, present, frame);
  return context.length === one.context.length && context.every((at, place) => at === one.context[place]);
}

/** The figures that must not get worse, over all questions with the proposed setting. */
function guarded(
  groups: readonly string[],
  was: readonly CaseFigures[],
  becomes: readonly CaseFigures[],
): ProposedFigure[] {
  const hits = (figures: readonly CaseFigures[]) =>
    groupMeans(
      groups,
      groups.map((_, index) => figures[index]?.hit ?? 0),
    );
  const [before, after] = [hits(was), hits(becomes)];
  const hit = pairedDifference(
    [...new Set(groups)].map((id, at) => ({ id, baseline: before[at] ?? 0, candidate: after[at] ?? 0 })),
  );
  const count = (name: string, of: (each: CaseFigures) => number): ProposedFigure => ({
    name,
    unit: "count",
    base: meanFigure(was, of),
    proposed: meanFigure(becomes, of),
    interval: null,
    n: groups.length,
  });
  return [
    {
      name: "any gold evidence in the context",
      unit: "share",
      base: hit.baseline ?? 0,
      proposed: hit.candidate ?? 0,
      interval: hit.interval === null ? null : { ...hit.interval, level: CONFIDENCE },
      n: groups.length,
      groups: hit.n,
    },
    count("tokens in the context", ({ tokens }) => tokens),
    count("documents in the context", ({ documents }) => documents),
  ];
}

/** Everything that the result depends on. */
function digestOfSearch(input: RetrievalInput, grid: readonly FusionSettings[]): string {
  const cases: Json = input.cases.map(({ id, group, chunks, gold, wanted, context }) => ({
    id,
    group,
    chunks: chunks.map((chunk) => ({ ...chunk })),
    gold: [...gold].sort((a, b) => a - b),
    wanted,
    context: [...context],
  }));
  return digestOf({
    search: "retrieval-nudge/2",
    cases,
    frame: input.frame,
    grid,
    seed: SEED,
    folds: FOLDS,
    guards: GUARDS,
  });
}

const points = (share: number): string =>
  `${share > 0 ? "+" : share < 0 ? "−" : ""}${Math.abs(100 * share).toFixed(1)}`;
