import { z } from "zod";
import { AT_END, type Kpi, ON_BREACH } from "#src/canary/kpi";
import { SCORES } from "#src/canary/observation";
import { name } from "#src/config/names";

/** Ids of KPIs become keys of plain objects, too: the same trap as for names. */
const kpiId = z
  .string()
  .regex(
    /^(?!constructor$)[a-z][a-z0-9_]{0,39}$/,
    "lower-case letters, digits and underscores, starting with a letter",
  );
const inside = z.number().gt(0).lt(1);

const named = {
  on_breach: z.enum(ON_BREACH),
  /** A role of golive.yaml: who is asked and told first. */
  owner: name,
};
const weighted = { ...named, weight: z.number().gt(0).max(1) };
/** `detect`: what a canary has to be able to see before no breach counts for something. */
const proof = { at_end: z.enum(AT_END), detect: z.number().positive().optional() };
const unrefuted = { at_end: z.literal("unrefuted"), detect: z.number().positive() };

const mean = <K extends "bounded-mean" | "paired-binary">(kind: K) =>
  z.strictObject({
    kind: z.literal(kind),
    of: z.enum(SCORES),
    threshold: z.number().min(0).lt(1),
    tolerance: inside,
    ...weighted,
    ...proof,
  });

const kpi = z.discriminatedUnion("kind", [
  mean("bounded-mean"),
  mean("paired-binary"),
  z.strictObject({
    kind: z.literal("p95-ratio"),
    threshold: z.number().min(1).max(100),
    tolerance: z.number().gt(1).max(100),
    ...weighted,
    ...proof,
  }),
  z.strictObject({
    kind: z.literal("rate"),
    of: z.enum(["schema_ok", "intent_line"]),
    threshold: inside,
    ...weighted,
    ...unrefuted,
  }),
  z.strictObject({ kind: z.literal("band"), least: inside, most: inside, ...weighted, ...unrefuted }),
  z.strictObject({
    kind: z.literal("breadth"),
    threshold: inside,
    cap: z.number().positive().optional(),
    ...weighted,
    ...unrefuted,
  }),
  z.strictObject({ kind: z.literal("traffic-split"), share: inside, ...weighted, ...unrefuted }),
  z.strictObject({
    kind: z.literal("zero"),
    of: z.enum(["budget_violation", "prefix_leakage", "mutating_without_dry_run"]),
    ...named,
  }),
]);
export type KpiConfig = z.infer<typeof kpi>;

/** Sums of decimal weights are off by rounding. */
const ROUNDING = 1e-9;

export const canarySchema = z
  .strictObject({
    alpha: z.number().gt(0).max(0.5),
    duration_hours: z.int().min(1).max(168),
    kpis: z.record(kpiId, kpi),
  })
  .superRefine(({ kpis }, context) => {
    const all = Object.entries(kpis);
    const problem = (path: readonly string[], message: string) =>
      context.addIssue({ code: "custom", path: [...path], message });
    if (all.length === 0) problem(["kpis"], "no KPI is declared: a canary that watches nothing proves nothing");
    if (all.length > MOST_KPIS) problem(["kpis"], `${all.length} KPIs are declared; at most ${MOST_KPIS} are watched`);
    const weights = all.reduce((sum, [, each]) => sum + ("weight" in each ? each.weight : 0), 0);
    if (weights > 1 + ROUNDING) {
      problem(
        ["kpis"],
        `the weights add up to ${Number(weights.toFixed(6))}; at most 1, or false alarms are more frequent than alpha`,
      );
    }
    for (const [id, each] of all) for (const message of contradictions(each)) problem(["kpis", id], message);
  });
export type CanaryConfig = z.infer<typeof canarySchema>;

/** What a question has counted for is remembered in as many bits. */
const MOST_KPIS = 30;

function contradictions(each: KpiConfig): string[] {
  const found: string[] = [];
  if ("tolerance" in each && each.tolerance <= each.threshold)
    found.push(
      `tolerance ${each.tolerance} is not above threshold ${each.threshold}: what is a breach can't be good enough`,
    );
  if (each.kind === "paired-binary" && each.threshold !== 0)
    found.push("a paired-binary KPI has no margin (threshold 0); with one it is a bounded-mean");
  if (each.kind === "band" && each.least >= each.most) found.push(`least ${each.least} is not below most ${each.most}`);
  if ("at_end" in each && each.at_end === "unrefuted" && each.detect === undefined)
    found.push("at_end is unrefuted, so `detect` has to say how small a change the canary must be able to see");
  return found;
}

/** A declared KPI as the canary takes it. */
export function toKpi(id: string, config: KpiConfig): Kpi {
  const { on_breach: onBreach, owner } = config;
  const base = { id, onBreach, owner };
  switch (config.kind) {
    case "zero":
      return { ...base, kind: config.kind, of: config.of };
    case "bounded-mean":
    case "paired-binary": {
      const { kind, of, threshold, tolerance, weight } = config;
      return { ...base, kind, of, threshold, tolerance, weight, ...ending(config) };
    }
    case "p95-ratio": {
      const { kind, threshold, tolerance, weight } = config;
      return { ...base, kind, threshold, tolerance, weight, ...ending(config) };
    }
    case "rate": {
      const { kind, of, threshold, weight, detect } = config;
      return { ...base, kind, of, threshold, weight, detect, atEnd: "unrefuted" };
    }
    case "band": {
      const { kind, least, most, weight, detect } = config;
      return { ...base, kind, least, most, weight, detect, atEnd: "unrefuted" };
    }
    case "breadth": {
      const { kind, threshold, cap = null, weight, detect } = config;
      return { ...base, kind, threshold, cap, weight, detect, atEnd: "unrefuted" };
    }
    case "traffic-split": {
      const { kind, share, weight, detect } = config;
      return { ...base, kind, share, weight, detect, atEnd: "unrefuted" };
    }
  }
}

type Ending = { readonly atEnd: "proven" } | { readonly atEnd: "unrefuted"; readonly detect: number };

function ending({ at_end, detect }: { at_end: "proven" | "unrefuted"; detect?: number | undefined }): Ending {
  return at_end === "unrefuted" && detect !== undefined ? { atEnd: at_end, detect } : { atEnd: "proven" };
}
