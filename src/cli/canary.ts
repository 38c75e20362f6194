import { InvalidArgumentError } from "commander";
import type { CheckFlags } from "#src/cli/canary-check";
import type { ObservationsFlags } from "#src/cli/canary-observations";
import { registerCanaryWatch } from "#src/cli/canary-watch";
import type { Register } from "#src/cli/register";

const MOST_HOURS = 168;

export const registerCanary: Register = (program, io, finish) => {
  const canary = program.command("canary").description("the 48 hours after a cutover: what is proven, and what isn't");
  canary
    .command("replay")
    .description("the verdict over a recorded canary, and when which alarm would have come")
    .requiredOption("--observations <file>", "one observation a line (NDJSON), as docs/canary.md describes them")
    .option("--json", "one JSON document on stdout")
    .action(async ({ observations, json }: { observations: string; json?: boolean }) => {
      const { canaryReplay } = await import("#src/cli/canary-replay");
      finish(await canaryReplay(io, { file: observations, json: json === true }));
    });
  canary
    .command("check")
    .description("one look at a candidate's results beside those of a baseline; at most it asks people")
    .requiredOption("--baseline <file>", "results of what was live before")
    .requiredOption("--eval-results <file>", "results of the candidate, on the same questions")
    .option("--duration <hours>", "how many hours the canary is to last (default: as configured)", hours)
    .option("--json", "one JSON document on stdout")
    .action(async (flags: CheckFlags) => finish(await (await import("#src/cli/canary-check")).canaryCheck(io, flags)));
  canary
    .command("observations")
    .description("what was stored of a service's canary, as NDJSON on stdout in the order of time; replay reads it")
    .option("--service <id>", "which service, where there are several")
    .option("--since <time>", "from this time on, like 2026-03-28T14:00:00Z")
    .option("--until <time>", "before this time")
    .option("--json", "one JSON document with the counts instead of the observations")
    .action(async (flags: ObservationsFlags) =>
      finish(await (await import("#src/cli/canary-observations")).canaryObservations(io, flags)),
    );
  registerCanaryWatch(canary, io, finish);
};

function hours(text: string): number {
  const value = /^\d{1,3}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= 1 && value <= MOST_HOURS) return value;
  throw new InvalidArgumentError(`Expected a whole number from 1 to ${MOST_HOURS}.`);
}
