import { existsSync } from "node:fs";
import { join } from "node:path";
import { DEFAULT_POLICY } from "#src/canary/default-policy";
import type { CanaryPolicy } from "#src/canary/kpi";
import { CliError, type Io } from "#src/cli/io";
import { configDirectory } from "#src/cli/surroundings";
import { CANARY_FILE, loadCanaryPolicy } from "#src/config/load-config";
import { describeProblems } from "#src/config/problems";

/**
 * What the canary is held to: quality_gates.yaml of the configuration, and nothing else of it. Where nobody named a configuration and there is
 * none here, the defaults. Throws `CliError` with everything that is wrong with the file.
 */
export async function canaryPolicy(io: Io): Promise<CanaryPolicy> {
  const dir = configDirectory(io);
  if (!io.env.GOLIVE_CONFIG && !existsSync(join(dir, CANARY_FILE))) return DEFAULT_POLICY;
  const loaded = await loadCanaryPolicy(dir);
  if ("policy" in loaded) return loaded.policy;
  throw new CliError(describeProblems(loaded.problems));
}
