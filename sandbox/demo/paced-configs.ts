import { copyFile, cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { isSeq, parseDocument } from "yaml";
import { DEMO_ZONE } from "#sandbox/demo/next-night";

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

/** A service's nights: no jitter, since somebody lets the time pass and waits for them. */
const NIGHTS = {
  time_zone: DEMO_ZONE,
  smoke: { at: "30 2 * * *", jitter_min: 0 },
  weekly: { at: "0 4 * * SUN", jitter_min: 0, catch_up_h: 24 },
  digest: { at: "0 8 * * *", jitter_min: 0 },
};

/** Asked of both runs in a canary: enough that all of them are asked within its first days. */
const PROBES_PER_HOUR = 6;
/** In the demo a quarter hour passes at a step, and two days in a minute: long enough that somebody can press a button. */
export const ROLL_BACK_AFTER_MIN = 120;
/**
 * What the sandbox's answers have nothing of: its service has no tools, and of a corpus this small nothing is a near duplicate. A KPI without
 * data is never healthy, so that no canary could pass with them.
 */
const NOT_MEASURED = ["tool_schema", "intent_line", "mutating_without_dry_run", "dedup_rate"];
/** The variable that holds the token of the traffic's observations. */
export const OBSERVATIONS_TOKEN = "OBSERVATIONS_TOKEN";

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
  /** Whether somebody brings observations, and a canary is to be held to what they can show. Default: no. */
  readonly observed?: boolean;
  /** Where few-shot pools are, a copy of the configured one among them: accepted ones are written there, and not into the repository. Default: the configured file. */
  readonly pools?: string;
  /** Where full backups are kept. Default: in the copy. */
  readonly backups?: string;
  /** Whether the services have nights: smoke, a weekly evaluation, a digest in the morning. Default: no. */
  readonly nights?: boolean;
}): Promise<string> {
  const { from, to, gold, evaluates, observed = false, backups = "backups", pools, nights = false } = options;
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
  for (const [place, id] of Object.keys(services).entries()) {
    const datasets = document.getIn(["services", id, "datasets"]);
    for (const check of evaluates ? [] : ["evaluation-floors", "evaluation-baseline"]) {
      document.setIn(["services", id, "applies", check], { check: false, reason: NO_EVALUATION });
    }
    if (observed) {
      // A token says whose observations they are: the traffic is the first service's.
      if (place === 0) document.setIn(["services", id, "observations"], { token_env: OBSERVATIONS_TOKEN });
      document.setIn(["services", id, "canary", "probes"], evaluates ? { per_hour: PROBES_PER_HOUR } : false);
      document.setIn(["services", id, "canary", "roll_back_after_min"], ROLL_BACK_AFTER_MIN);
    }
    if (nights) document.setIn(["services", id, "schedules"], NIGHTS);
    const pool = document.getIn(["services", id, "few_shot_pool"]);
    if (typeof pool === "string") {
      const file = resolve(from, pool);
      document.setIn(["services", id, "few_shot_pool"], pools === undefined ? file : await copyInto(pools, file));
    }
    const candidates = document.getIn(["services", id, "few_shot_refresh", "candidates"]);
    if (typeof candidates === "string") {
      document.setIn(["services", id, "few_shot_refresh", "candidates"], resolve(from, candidates));
    }
    if (isSeq(datasets)) document.setIn(["services", id, "datasets", 0, "file"], gold);
  }
  await adaptGates(join(to, "quality_gates.yaml"), {
    without: observed ? NOT_MEASURED : [],
    wider: evaluates ? ["oracle_prefilter", "reader_used_gold", "f1", "precision"] : [],
  });
  await writeFile(file, document.toString({ flowCollectionPadding: false, lineWidth: 0 }));
  return to;
}

async function copyInto(folder: string, file: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const copy = join(folder, basename(file));
  await copyFile(file, copy);
  return copy;
}

async function adaptGates(
  file: string,
  { without, wider }: { readonly without: readonly string[]; readonly wider: readonly string[] },
): Promise<void> {
  if (without.length + wider.length === 0) return;
  const document = parseDocument(await readFile(file, "utf8"));
  for (const kpi of without) document.deleteIn(["canary", "kpis", kpi]);
  for (const kpi of wider) document.setIn(["canary", "kpis", kpi, "tolerance"], TOLERANCE);
  await writeFile(file, document.toString({ flowCollectionPadding: true, lineWidth: 0 }));
}
