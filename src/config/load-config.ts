import { join } from "node:path";
import type { z } from "zod";
import type { CanaryPolicy } from "#src/canary/kpi";
import { checkShape } from "#src/config/check-shape";
import { type ChecklistConfig, checklistSchema } from "#src/config/checklist-config";
import { crossCheck } from "#src/config/cross-check";
import { type DeterministicSettings, parseDeterministicEnv } from "#src/config/determinism";
import { parseYaml, type YamlFile } from "#src/config/parse-yaml";
import { formatPath, type Problem, showValue } from "#src/config/problems";
import { type QualityGates, qualityGatesSchema } from "#src/config/quality-gates";
import { readConfigFile } from "#src/config/read-config-file";
import { type GoliveConfig, goliveSchema } from "#src/config/service-config";
import { toCanaryPolicy, unknownOwners } from "#src/config/to-canary-policy";

const CONFIG_FILES = {
  golive: "golive.yaml",
  checklist: "checklist.yaml",
  qualityGates: "quality_gates.yaml",
  determinism: "deterministic_evaluation.env",
} as const;

/** The four files of a configuration directory, parsed and checked against each other. */
export type Config = {
  /** Where it was read from; files that it names are relative to it. */
  readonly dir: string;
  readonly golive: GoliveConfig;
  readonly checklist: ChecklistConfig;
  readonly qualityGates: QualityGates;
  readonly canary: CanaryPolicy;
  readonly determinism: DeterministicSettings;
};

export type LoadedConfig =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly problems: readonly Problem[] };

type Parsed<T> = { readonly value: T; readonly yaml: YamlFile } | null;

/** Reads and checks a configuration directory. Every problem of every file is reported at once; nothing is thrown. */
export async function loadConfig(dir: string): Promise<LoadedConfig> {
  const problems: Problem[] = [];
  const golive = await readYaml(dir, CONFIG_FILES.golive, goliveSchema, problems);
  const checklist = await readYaml(dir, CONFIG_FILES.checklist, checklistSchema, problems);
  const gates = await readYaml(dir, CONFIG_FILES.qualityGates, qualityGatesSchema, problems);
  const determinism = await readDeterminism(dir, problems);
  if (checklist !== null) {
    const file = join(dir, CONFIG_FILES.checklist);
    for (const { path, found, expected } of crossCheck(checklist.value, golive?.value ?? null)) {
      problems.push({ file, line: checklist.yaml.lineOf(path), path: formatPath(path), found, expected });
    }
  }
  if (gates !== null && golive !== null) {
    const file = join(dir, CONFIG_FILES.qualityGates);
    const roles = Object.keys(golive.value.roles);
    for (const { path, owner } of unknownOwners(gates.value.canary, roles)) {
      const expected = `a role of golive.yaml: ${roles.join(", ")}`;
      problems.push({ file, line: gates.yaml.lineOf(path), path: formatPath(path), found: showValue(owner), expected });
    }
  }
  if (golive === null || checklist === null || gates === null || determinism === null || problems.length > 0) {
    return { ok: false, problems };
  }
  return {
    ok: true,
    config: {
      dir,
      golive: golive.value,
      checklist: checklist.value,
      qualityGates: gates.value.quality_gates,
      canary: toCanaryPolicy(gates.value.canary),
      determinism,
    },
  };
}

/** Where the canary's KPIs stand. */
export const CANARY_FILE = CONFIG_FILES.qualityGates;

/** The canary's KPIs alone, for a command that needs nothing else of a configuration. */
export async function loadCanaryPolicy(
  dir: string,
): Promise<{ readonly policy: CanaryPolicy } | { readonly problems: readonly Problem[] }> {
  const problems: Problem[] = [];
  const gates = await readYaml(dir, CONFIG_FILES.qualityGates, qualityGatesSchema, problems);
  return gates === null ? { problems } : { policy: toCanaryPolicy(gates.value.canary) };
}

async function readYaml<S extends z.ZodType>(
  dir: string,
  name: string,
  schema: S,
  problems: Problem[],
): Promise<Parsed<z.infer<S>>> {
  const read = await readConfigFile(dir, name);
  if (!read.ok) {
    problems.push(read.problem);
    return null;
  }
  const file = join(dir, name);
  const parsed = parseYaml(file, read.text);
  if (!parsed.ok) {
    problems.push(...parsed.problems);
    return null;
  }
  const shaped = checkShape(file, parsed.yaml, schema);
  if (!shaped.ok) {
    problems.push(...shaped.problems);
    return null;
  }
  return { value: shaped.value, yaml: parsed.yaml };
}

async function readDeterminism(dir: string, problems: Problem[]): Promise<DeterministicSettings | null> {
  const read = await readConfigFile(dir, CONFIG_FILES.determinism);
  if (!read.ok) {
    problems.push(read.problem);
    return null;
  }
  const parsed = parseDeterministicEnv(join(dir, CONFIG_FILES.determinism), read.text);
  if (!parsed.ok) {
    problems.push(...parsed.problems);
    return null;
  }
  return parsed.value;
}
