import { cp, readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { isSeq, parseDocument } from "yaml";

/**
 * The sandbox's own quota of model calls: five hundred times the rate that the checklist allows with a real account, so that a
 * go-live with its evaluation takes seconds. Said in the configuration, where the concurrency check shows it and people sign it.
 */
const PACE = { per_second: 60, max_in_flight: 4 };
/** A sandbox shares its machine with everything that is tried on it: how busy that is says nothing about a bot of its own. */
const ROOM = { event_loop_lag_ms: 30_000, rss_mb: 8_192 };
/** Seventy-seven answerable questions can prove five points, not two (docs/evaluation.md): the tolerances say so and are signed. */
const TOLERANCE = 0.05;
const REASON = "the sandbox's local models: five hundred times the checklist's rate";

/** Where no gold set fits the corpus, nothing can be evaluated honestly: that is declared, shown and signed. */
const NO_EVALUATION = "this corpus of the sandbox comes without a gold set that an evaluation could pass";

/**
 * A copy of a configuration folder with the sandbox's pace in it, and with questions and examples where they really are:
 * paths in golive.yaml are relative to its folder. Whatever stood in `to` is replaced.
 */
export async function writePacedConfigs(options: {
  readonly from: string;
  readonly to: string;
  readonly gold: string;
  /** Whether releases evaluate their candidates. Not, where the questions aren't about the corpus, or nobody waits for it. */
  readonly evaluates: boolean;
  /** Where full backups are kept. Default: in the copy. */
  readonly backups?: string;
}): Promise<string> {
  const { from, to, gold, evaluates, backups = "backups" } = options;
  if (from !== to) {
    await rm(to, { recursive: true, force: true });
    await cp(from, to, { recursive: true });
  }
  const file = join(to, "golive.yaml");
  const document = parseDocument(await readFile(file, "utf8"));
  for (const [key, value] of Object.entries(PACE)) document.setIn(["models", "limits", key], value);
  document.setIn(["models", "profiled"], { ...PACE, reason: REASON });
  for (const [key, value] of Object.entries(ROOM)) document.setIn(["resources", key], value);
  document.setIn(["backups", "storage"], { kind: "directory", path: backups });
  const services = document.toJS().services;
  for (const id of Object.keys(services)) {
    const datasets = document.getIn(["services", id, "datasets"]);
    for (const check of evaluates ? [] : ["evaluation-floors", "evaluation-baseline"]) {
      document.setIn(["services", id, "applies", check], { check: false, reason: NO_EVALUATION });
    }
    const pool = document.getIn(["services", id, "few_shot_pool"]);
    if (typeof pool === "string") document.setIn(["services", id, "few_shot_pool"], resolve(from, pool));
    if (isSeq(datasets)) document.setIn(["services", id, "datasets", 0, "file"], gold);
  }
  if (evaluates) await widenTolerances(join(to, "quality_gates.yaml"));
  await writeFile(file, document.toString({ flowCollectionPadding: false, lineWidth: 0 }));
  return to;
}

async function widenTolerances(file: string): Promise<void> {
  const document = parseDocument(await readFile(file, "utf8"));
  for (const kpi of ["oracle_prefilter", "reader_used_gold", "f1", "precision"]) {
    document.setIn(["canary", "kpis", kpi, "tolerance"], TOLERANCE);
  }
  await writeFile(file, document.toString({ flowCollectionPadding: true, lineWidth: 0 }));
}
