import { type PairedDifference, pairedDifference } from "#src/evaluation/compare/paired-difference";
import { FOLDS, foldsOf } from "#src/operations/nudges/folds";

/** One candidate's value for each question, 0 to 1, in the order of the groups. The first candidate is what is live. */
export type Scores = readonly (readonly number[])[];

export type CrossValidated = {
  /** The candidate that most folds picked, so that it is the tested one that is proposed; 0: what is live; null: no one was picked by most. */
  readonly chosen: number | null;
  /** The candidate that the other parts chose for each question: what the question tests. */
  readonly picks: readonly number[];
  /** Of the picks against what is live, each on groups that had no say in its choice. `n`: groups. */
  readonly heldOut: PairedDifference;
};

/**
 * The folds choose from shared questions, so what they chose is no independent sample: Nadeau and Bengio, "Inference for the Generalization
 * Error", Machine Learning 52, 2003, widen the variance by 1 + folds × tested / trained. Without it 5 to 6 % of simulated worlds in which
 * nothing differs had an interval above zero, with it about 1 % (docs/decisions/proposals.md).
 */
const WIDER = Math.sqrt(1 + FOLDS * (1 / (FOLDS - 1)));

/**
 * Chooses among candidates and tests the choice on questions that had no part in it: for each of the folds the candidate that is best on the
 * others, and all held-out differences together. However many candidates were looked at, on a held-out question only one is, so the interval
 * needs no correction for them. Candidates stand in the order of preference: of equals the first is taken. `groups`: the group of each question;
 * a group is one sample, with the mean of its questions, and stands in one fold as a whole.
 */
export function crossValidate(groups: readonly string[], scores: Scores, seed: number): CrossValidated {
  const names = [...new Set(groups)];
  const means = scores.map((values) => groupMeans(groups, values));
  const folds = foldsOf(names, seed);
  const everything = names.map((_, index) => index);
  const picked = Array.from({ length: FOLDS }, (_, fold) => {
    return best(
      means,
      everything.filter((index) => folds[index] !== fold),
    );
  });
  const ofGroup = new Map(names.map((name, index) => [name, picked[folds[index] ?? 0] ?? 0]));
  const value = (candidate: number, index: number): number => means[candidate]?.[index] ?? 0;
  const pairs = names.map((id, index) => ({
    id,
    baseline: value(0, index),
    candidate: value(ofGroup.get(id) ?? 0, index),
  }));
  return {
    chosen: mostPicked(picked),
    picks: groups.map((group) => ofGroup.get(group) ?? 0),
    heldOut: widened(pairedDifference(pairs)),
  };
}

/** The mean over each group's questions, in the order in which the groups come. */
export function groupMeans(groups: readonly string[], values: readonly number[]): readonly number[] {
  return [...Map.groupBy(groups.keys(), (index) => groups[index] ?? "").values()].map((members) => {
    return members.reduce((sum, index) => sum + (values[index] ?? 0), 0) / members.length;
  });
}

/** Three of five; null where the folds don't agree. */
function mostPicked(picked: readonly number[]): number | null {
  return picked.find((each) => 2 * picked.filter((other) => other === each).length > FOLDS) ?? null;
}

function widened(found: PairedDifference): PairedDifference {
  const { interval, difference, n } = found;
  if (interval === null || difference === null) return found;
  // Its middle: two more differences stand in it, one of −1 and one of +1.
  const middle = (difference * n) / (n + 2);
  const half = WIDER * Math.max(interval.high - middle, middle - interval.low);
  return { ...found, interval: { low: Math.max(-1, middle - half), high: Math.min(1, middle + half) } };
}

/** Sums of the same numbers in the same order: equal ones are equal to the last bit, and a hair is no advantage. */
const HAIR = 1e-9;

function best(scores: Scores, indexes: readonly number[]): number {
  let [chosen, most] = [0, Number.NEGATIVE_INFINITY];
  for (const [candidate, values] of scores.entries()) {
    let total = 0;
    for (const index of indexes) total += values[index] ?? 0;
    if (total > most + HAIR) [chosen, most] = [candidate, total];
  }
  return chosen;
}
