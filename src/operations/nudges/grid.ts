import type { FusionSettings } from "#src/operations/nudges/fusion";

const WEIGHT_FACTORS = [1, 1.4, 0.7, 2, 0.5] as const;
const K_FACTORS = [1, 0.5, 1.5, 0.25, 2] as const;
const CAP_STEPS = [0, 1, -1, 2, -2] as const;

/** At most so many settings, the present one among them. */
export const GRID_SIZE = WEIGHT_FACTORS.length * K_FACTORS.length * CAP_STEPS.length;

/** Which of the settings may be changed: a service may not have one. */
export type Movable = { readonly weights: boolean; readonly rrfK: boolean; readonly cap: boolean };

/**
 * The present setting first, then those around it, with fewer and smaller changes before more and larger ones. The sparse list's weight alone
 * is moved, since only the ratio of the two matters; a list of weight 0 brought nothing in, so nothing is known of it.
 */
export function gridAround(present: FusionSettings, movable: Movable): readonly FusionSettings[] {
  const weighs = movable.weights && present.dense > 0 && present.sparse > 0;
  const found = new Map<string, { readonly settings: FusionSettings; readonly cost: number }>();
  for (const [w, weight] of (weighs ? WEIGHT_FACTORS : [1]).entries()) {
    for (const [k, factor] of (movable.rrfK ? K_FACTORS : [1]).entries()) {
      for (const [c, step] of (movable.cap && present.cap !== null ? CAP_STEPS : [0]).entries()) {
        const settings: FusionSettings = {
          dense: present.dense,
          sparse: weight === 1 ? present.sparse : rounded(present.sparse * weight),
          rrfK: factor === 1 ? present.rrfK : Math.max(1, Math.round(present.rrfK * factor)),
          cap: present.cap === null ? null : Math.max(1, present.cap + step),
        };
        const changed = [w, k, c].filter((place) => place > 0).length;
        const key = JSON.stringify([settings.sparse, settings.rrfK, settings.cap]);
        const cost = 100 * changed + w + k + c;
        if (cost < (found.get(key)?.cost ?? Number.POSITIVE_INFINITY)) found.set(key, { settings, cost });
      }
    }
  }
  return [...found.values()].sort((a, b) => a.cost - b.cost).map(({ settings }) => settings);
}

/** Three digits that count: what people can read out to each other. */
const rounded = (value: number): number => Number(value.toPrecision(3));
