import { type Command, InvalidArgumentError } from "commander";
import type { CanaryFlags } from "#src/cli/canary-acts";
import type { ExitCode, Io } from "#src/cli/io";

/** What can be asked of, and decided about, a service's live canary: the same rules as in Slack. */
export function registerCanaryWatch(canary: Command, io: Io, finish: (code: ExitCode) => void): void {
  const acts = () => import("#src/cli/canary-acts");
  const common = (command: Command) =>
    command
      .option("--service <id>", "which service (default: the only one)")
      .option("--json", "one JSON document on stdout");
  const decided = (name: string, description: string) =>
    common(canary.command(name).description(description)).option("--as <user>", "your Slack user id");
  const reasoned = (name: string, description: string) =>
    decided(name, description).option("--reason <text>", "why; it stands in the journal and in the thread", "");

  common(canary.command("status").description("every KPI, the hours, the breaches, and what comes next")).action(
    async (flags: CanaryFlags) => finish(await (await acts()).canaryStatus(io, flags)),
  );
  common(canary.command("explain <kpi>").description("why a KPI stands as it does, in plain words")).action(
    async (kpi: string, flags: CanaryFlags) => finish(await (await acts()).canaryExplain(io, kpi, flags)),
  );
  for (const [type, description] of REASONED) {
    reasoned(type, description).action(async (flags: CanaryFlags) =>
      finish(await (await acts()).actOnCanary(io, flags, (actor) => ({ type, ...actor, reason: flags.reason }))),
    );
  }
  reasoned("extend", "watch for more hours with data")
    .argument("<hours>", "1 to 120", wholeHours)
    .action(async (hours: number, flags: CanaryFlags) =>
      finish(
        await (await acts()).actOnCanary(io, flags, (actor) => ({
          type: "extend",
          hours,
          ...actor,
          reason: flags.reason,
        })),
      ),
    );
  reasoned("abort", "roll back now")
    .option("--confirm", "needed: this changes what customers get")
    .action(async (flags: CanaryFlags) => finish(await (await acts()).abortCanary(io, flags)));
  for (const [type, description] of ANSWERS) {
    decided(`${type} <kpi>`, description).action(async (kpi: string, flags: CanaryFlags) =>
      finish(await (await acts()).actOnCanary(io, flags, (actor) => ({ type, kpi, ...actor }))),
    );
  }
  decided("mute <kpi>", "say nothing more of a breach for a while; its policy goes on")
    .option("--hours <hours>", "1 to 24", wholeHours, 1)
    .action(async (kpi: string, { hours = 1, ...flags }: CanaryFlags) =>
      finish(await (await acts()).actOnCanary(io, flags, (actor) => ({ type: "mute", kpi, hours, ...actor }))),
    );
}

const REASONED = [
  ["pause", "stop watching: nothing rolls back by itself, and the hours don't count"],
  ["resume", "go on watching"],
  ["promote", "end it in favour of the candidate; with a breach that is a waiver, and said to be one"],
  ["hold", "what was found so far rolls nothing back by itself"],
] as const;

const ANSWERS = [
  ["acknowledge", "you have seen a breach and take care of it: it is not escalated further"],
  ["escalate", "tell a breach to the next people now"],
] as const;

/** The rules say which hours may be; here only what no rule could read. */
function wholeHours(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("Expected whole hours, like 12.");
}
