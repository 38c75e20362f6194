import { Client } from "pg";
import { CliError, EXIT, type Io, printJson } from "#src/cli/io";
import type { Register } from "#src/cli/program";
import { commandEnvironment, parseEnvironment } from "#src/config/environment";
import { describeProblems } from "#src/config/problems";
import { exportJournal } from "#src/journal/export-journal";
import { verifyJournal } from "#src/journal/verify-journal";

export const registerAudit: Register = (program, io, finish) => {
  const audit = program.command("audit").description("the audit trail");
  audit
    .command("verify")
    .description("check every row of the journal against its hash and its neighbours")
    .option("--json", "one JSON document on stdout")
    .option("--head <position:hash>", "a head that an earlier export printed: shows a chain that was written anew")
    .action(async (flags: { json?: boolean; head?: string }) => {
      const report = await withClient(io, (client) => verifyJournal(client, parseHead(flags.head)));
      if (flags.json === true) printJson(io, report);
      else {
        const head = report.head === null ? "empty" : `head ${report.head.position}:${report.head.hash}`;
        for (const problem of report.problems) io.out(`${problem.kind}: ${problem.sentence}\n`);
        io.out(
          report.ok
            ? `The audit trail is intact: ${report.rows} rows, ${head}.\n`
            : `The audit trail is BROKEN: ${report.problems.length} problem(s) in ${report.rows} rows.\n`,
        );
      }
      finish(report.ok ? EXIT.pass : EXIT.failed);
    });
  audit
    .command("export")
    .description("the journal as NDJSON on stdout, oldest first")
    .action(async () => {
      const { rows, head } = await withClient(io, (client) => exportJournal(client, io.out));
      io.err(
        `${rows} rows; head ${head === null ? "empty" : `${head.position}:${head.hash}`}. Keep it: audit verify --head compares with it.\n`,
      );
    });
};

async function withClient<T>(io: Io, work: (client: Client) => Promise<T>): Promise<T> {
  const parsed = parseEnvironment(commandEnvironment, io.env);
  if (!parsed.ok) throw new CliError(describeProblems(parsed.problems));
  const client = new Client({ connectionString: parsed.environment.DATABASE_URL, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function parseHead(text: string | undefined) {
  if (text === undefined) return undefined;
  const [, position, hash] = /^(\d+):([0-9a-f]{64})$/.exec(text) ?? [];
  if (position === undefined || hash === undefined) {
    throw new CliError("--head takes what `golive audit export` printed, like 42:9f86d0….");
  }
  return { position: Number(position), hash };
}
