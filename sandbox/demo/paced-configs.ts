import { cp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isSeq, parseDocument } from "yaml";

/**
 * The sandbox's own quota of model calls: a hundred times the rate that the checklist allows with a real account, so that a
 * go-live takes seconds. Said in the configuration, where the concurrency check shows it and people sign it.
 */
const PACE = { per_second: 12 };
/** A sandbox shares its machine with everything that is tried on it: how busy that is says nothing about a bot of its own. */
const ROOM = { event_loop_lag_ms: 30_000, rss_mb: 8_192 };
const REASON = "the sandbox's local models: a hundred times the checklist's rate";

/** The story asks a handful of probes and no gold set: that it judges no answers is declared, shown and signed. */
const NO_EVALUATION = "the demo's walk-through evaluates nothing; golive eval run does";

/**
 * A copy of a configuration folder with the sandbox's pace in it, and with the evaluation's questions where they really are:
 * paths in golive.yaml are relative to its folder. Whatever stood in `to` is replaced.
 */
export async function writePacedConfigs(options: {
  readonly from: string;
  readonly to: string;
  readonly gold: string;
  /** Where full backups are kept. Default: in the copy. */
  readonly backups?: string;
}): Promise<string> {
  const { from, to, gold, backups = "backups" } = options;
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
    for (const check of ["evaluation-floors", "evaluation-baseline"]) {
      document.setIn(["services", id, "applies", check], { check: false, reason: NO_EVALUATION });
    }
    if (isSeq(datasets)) document.setIn(["services", id, "datasets", 0, "file"], gold);
  }
  await writeFile(file, document.toString({ flowCollectionPadding: false, lineWidth: 0 }));
  return to;
}
