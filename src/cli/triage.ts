import { InvalidArgumentError } from "commander";
import type { Register } from "#src/cli/register";
import type { TriageFlags } from "#src/cli/triage-evaluation";

const evaluationId = (text: string): string => {
  if (/^ev_[0-9a-f]+$/.test(text)) return text;
  throw new InvalidArgumentError("It is an evaluation's id, as `golive eval list` shows it: ev_…");
};

export const registerTriage: Register = (program, io, finish) => {
  program
    .command("triage")
    .description("why an evaluation is worse than its baseline, or misses a floor: causes, worst cases, what to do")
    .argument("<evaluation>", "its id, from `golive eval list`", evaluationId)
    .option("--service <id>", "which service (default: the only one)")
    .option(
      "--against <evaluation>",
      "compare with this one (default: the baseline, else the newest of what is live)",
      evaluationId,
    )
    .option("--json", "one JSON document on stdout")
    .action(async (id: string, flags: TriageFlags) =>
      finish(await (await import("#src/cli/triage-evaluation")).triageEvaluation(io, id, flags)),
    );
};
