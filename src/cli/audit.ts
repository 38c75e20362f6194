import { CliError, EXIT, type Io, printJson } from "#src/cli/io";
import { withDatabase } from "#src/cli/reach-database";
import type { Register } from "#src/cli/register";
import { readEnvironment } from "#src/cli/surroundings";
import { auditEnvironment } from "#src/config/environment";
import { type BaselineReport, verifyBaselines } from "#src/evaluation/baseline/verify-baselines";
import { exportJournal } from "#src/journal/export-journal";
import { type JournalReport, verifyJournal } from "#src/journal/verify-journal";

/** The chain, and the baselines held against it; null where the chain is broken. */
type AuditReport = JournalReport & { readonly baselines: BaselineReport | null };
type Head = { readonly position: number; readonly hash: string };

export const registerAudit: Register = (program, io, finish) => {
  const audit = program.command("audit").description("the audit trail");
  audit
    .command("verify")
    .description("check every row of the journal against its hash and its neighbours")
    .option("--head <position:hash>", "a head that an earlier export printed: shows a chain that was written anew")
    .option("--json", "one JSON document on stdout")
    .action(async (flags: { json?: boolean; head?: string }) => {
      const head = parseHead(flags.head);
      const { DATABASE_URL } = readEnvironment(io, auditEnvironment);
      const report = await withDatabase(DATABASE_URL, async (client): Promise<AuditReport> => {
        const chain = await verifyJournal(client, head);
        // A broken chain vouches for nothing that is held against it.
        const baselines = chain.ok ? await verifyBaselines(client) : null;
        return { ...chain, ok: chain.ok && baselines?.ok !== false, baselines };
      });
      if (flags.json === true) printJson(io, report);
      else printReport(io, report);
      finish(report.ok ? EXIT.pass : EXIT.failed);
    });
  audit
    .command("export")
    .description("the journal as NDJSON on stdout, oldest first; the head on stderr")
    .action(async () => {
      const { DATABASE_URL } = readEnvironment(io, auditEnvironment);
      const { rows, head } = await withDatabase(DATABASE_URL, (client) => exportJournal(client, io.out));
      io.err(
        `${rows} rows; head ${headText(head)}. Keep it: \`golive audit verify --head\` compares with it, and shows a chain that ` +
          "was written anew.\n",
      );
    });
};

function printReport(io: Io, { ok, rows, head, problems, baselines }: AuditReport): void {
  const outside = baselines?.outside ?? 0;
  if (outside > 0) void io.out(`${outside} baselines were set before the trail had them: nothing vouches for them.\n`);
  if (ok) {
    const of = baselines === null || baselines.checked === 0 ? "" : `, ${baselines.checked} baselines as they were set`;
    void io.out(`The audit trail is intact: ${rows} rows${of}, head ${headText(head)}.\n`);
    return;
  }
  if (baselines !== null && !baselines.ok) {
    for (const { sentence } of baselines.problems) void io.out(`baseline: ${sentence}\n`);
    void io.out(
      `The chain of ${rows} rows is intact, and the evaluations are NOT what it says: comparisons with these baselines can't be ` +
        "relied on. Find out who had the owner's rights, and set the baseline anew.\n",
    );
    return;
  }
  for (const { kind, sentence } of problems) void io.out(`${kind}: ${sentence}\n`);
  void io.out(
    `The audit trail is BROKEN: ${problems.length === 1 ? "1 problem" : `${problems.length} problems`} in ${rows} rows. What it ` +
      "says from there on can't be relied on. Keep a copy of the database as it is, find out who had the owner's rights, and " +
      "compare with an earlier `golive audit export`.\n",
  );
}

const headText = (head: Head | null): string => (head === null ? "empty" : `${head.position}:${head.hash}`);

function parseHead(text: string | undefined): Head | undefined {
  if (text === undefined) return undefined;
  const [, position, hash] = /^(\d+):([0-9a-f]{64})$/.exec(text) ?? [];
  if (position === undefined || hash === undefined) {
    throw new CliError("--head takes what `golive audit export` printed, like 42:9f86d0…; nothing was verified.");
  }
  return { position: Number(position), hash };
}
