import type { Register } from "#src/cli/register";
import { actOnRollback, type RollbackFlags, rollBackNow, rollbackStatus } from "#src/cli/rollback-acts";

export const registerRollback: Register = (program, io, finish) => {
  const rollback = program
    .command("rollback")
    .description("answer again from what was live before, or from what a backup recorded: the same rules as in Slack")
    .argument(
      "<what>",
      "`previous` or a backup's id (golive backup list); `approve`, `break-glass` or `withdraw` the one that waits; `status`",
    )
    .option("--service <id>", "which service (default: the only one)")
    .option("--as <user>", "your Slack user id")
    .option("--reason <text>", "why; it stands in the lock and in the incident document", "")
    .option("--confirm", "needed: this changes what customers get")
    .option("--dry-run", "say what it would do, and do nothing")
    .option("--json", "one JSON document on stdout");
  rollback.action(async (what: string, flags: RollbackFlags) => {
    if (what === "status") return finish(await rollbackStatus(io, flags));
    if (what === "approve" || what === "break-glass" || what === "withdraw") {
      return finish(await actOnRollback(io, what, flags));
    }
    return finish(await rollBackNow(io, what, flags));
  });
};
