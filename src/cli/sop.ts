import { CliError, EXIT, type ExitCode, type Io, printJson } from "#src/cli/io";
import type { Register } from "#src/cli/register";
import { configDirectory } from "#src/cli/surroundings";
import { loadConfig } from "#src/config/load-config";
import { describeCardProblems, describeProblem, describeProblems } from "#src/config/problems";
import { readSopCards, type SopCards } from "#src/config/read-sop-cards";
import { SIGN_IDS, SIGNS } from "#src/operations/triage/causes";

type SopFlags = { readonly json?: boolean; readonly signs?: boolean };

export const registerSop: Register = (program, io, finish) => {
  const sop = program.command("sop").description("SOP cards: what to do about each cause");
  sop
    .command("list [dir]")
    .description("every card with its cause and steps (default: $GOLIVE_CONFIG, else configs)")
    .option("--signs", "the signs that a card may name, with their causes")
    .option("--json", "one JSON document on stdout")
    .action(async (dir: string | undefined, flags: SopFlags) => finish(await listCards(io, dir, flags)));
  sop
    .command("check [dir]")
    .description("read every card and report all problems with file and line")
    .option("--json", "one JSON document on stdout")
    .action(async (dir: string | undefined, flags: SopFlags) => finish(await checkCards(io, dir, flags)));
};

/** Broken cards are told and left out: exit 0 as long as the folder can be read. */
async function listCards(io: Io, dir: string | undefined, flags: SopFlags): Promise<ExitCode> {
  if (flags.signs === true) return listSigns(io, flags);
  const { cards, problems } = await read(io, dir);
  if (flags.json === true) {
    printJson(io, { ok: true, cards: cards.map(({ body: _, ...card }) => card), broken: problems });
    return EXIT.pass;
  }
  const lines = cards.flatMap(({ id, title, cause, signs, severity, owner, steps }) => [
    `${id}: ${title}`,
    `  ${cause}${signs.length === 0 ? "" : ` (${signs.join(", ")})`} · ${severity} · ${owner}`,
    ...steps.map((step, at) => `  ${at + 1}. ${step.title}${step.command === null ? "" : `\n     ${step.command}`}`),
  ]);
  void io.out(
    `${lines.length === 0 ? "There are no SOP cards. configs/sop/README.md says how to add one." : lines.join("\n")}\n`,
  );
  for (const problem of problems) io.err(`left out: ${describeProblem(problem)}\n`);
  return EXIT.pass;
}

function listSigns(io: Io, flags: SopFlags): ExitCode {
  const signs = SIGN_IDS.map((sign) => ({ sign, cause: SIGNS[sign] }));
  if (flags.json === true) printJson(io, { ok: true, signs });
  else void io.out(`${signs.map(({ sign, cause }) => `${sign.padEnd(24)} ${cause}`).join("\n")}\n`);
  return EXIT.pass;
}

async function checkCards(io: Io, dir: string | undefined, flags: SopFlags): Promise<ExitCode> {
  const { cards, problems } = await read(io, dir);
  const ok = problems.length === 0;
  if (flags.json === true) printJson(io, { ok, cards: cards.map(({ id }) => id), problems });
  else void io.out(`${ok ? `${cards.length} SOP cards are right.` : describeCardProblems(problems)}\n`);
  return ok ? EXIT.pass : EXIT.usage;
}

/** Owners are roles: without a configuration that can be read, nobody knows which there are. */
async function read(io: Io, dir: string | undefined): Promise<SopCards> {
  const folder = dir ?? configDirectory(io);
  const loaded = await loadConfig(folder);
  if (!loaded.ok) throw new CliError(describeProblems(loaded.problems));
  return readSopCards(folder, Object.keys(loaded.config.golive.roles));
}
