import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Config } from "#src/config/load-config";
import type { NamedVariables } from "#src/config/named-variables";

const NOWHERE = "http://127.0.0.1:9";

/** What the variables of every configured service hold; where nothing is said, an address at which nobody listens. */
export function namedVariables(
  config: Config,
  places: { readonly store: string; readonly service?: string; readonly bedrock?: string },
): NamedVariables {
  const ids = Object.keys(config.golive.services);
  const { store, service: url = NOWHERE, bedrock = NOWHERE } = places;
  return {
    storeUrls: new Map(ids.map((id) => [id, store])),
    ragServices: new Map(ids.map((id) => [id, { url, host: new URL(url).host, token: null }])),
    caches: new Map(),
    modelAccess: { region: "eu-central-1", endpoint: bedrock },
    observationTokens: new Map(),
  };
}

/**
 * The same configuration with model calls at the pace of a machine, and the limits' bars with them. Nobody evaluates in
 * these stories; here as in the demo's own configuration that is said.
 */
export function paced(config: Config): Config {
  const fast = { max_in_flight: 8, per_second: 500, workers: 8 };
  const golive = structuredClone(config.golive);
  golive.models.limits = { ...golive.models.limits, ...fast };
  golive.models.profiled = { ...fast, reason: "the sandbox's local models answer at once" };
  golive.backups.storage = { kind: "directory", path: backupFolder() };
  for (const service of Object.values(golive.services)) {
    const none = { check: false, reason: "these stories evaluate nothing" } as const;
    service.applies = { ...service.applies, "evaluation-floors": none, "evaluation-baseline": none };
  }
  return { ...config, golive };
}

let folder: string | null = null;

/** Where the backups of this process's tests go; it goes with the process. */
function backupFolder(): string {
  if (folder !== null) return folder;
  const made = mkdtempSync(join(tmpdir(), "golive-test-backups-"));
  process.once("exit", () => rmSync(made, { recursive: true, force: true }));
  folder = made;
  return made;
}

/** Checks that take seconds of work each and have tests of their own. */
const HEAVY = ["health-self-test", "chunks-backup", "backup-rehearsal"];

/** The same configuration without the heaviest checks: for stories about people, processes and databases, of which there are a hundred. */
export function lean(config: Config): Config {
  const checks = config.checklist.checks.filter(({ id }) => !HEAVY.includes(id));
  return { ...config, checklist: { ...config.checklist, checks } };
}
