import { cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CliError, printJson } from "#src/cli/io";
import type { Register } from "#src/cli/register";

const SHIPPED = fileURLToPath(new URL("../../configs/", import.meta.url));

export const registerInit: Register = (program, io) => {
  program
    .command("init <dir>")
    .description("write a configuration directory of your own to fill in")
    .option("--json", "one JSON document on stdout")
    .action(async (dir: string, flags: { json?: boolean }) => {
      await assertEmpty(dir);
      await cp(SHIPPED, dir, { recursive: true });
      const golive = join(dir, "golive.yaml");
      const yaml = blankIds(await readFile(golive, "utf8"));
      await writeFile(golive, yaml);
      const blanks = yaml.match(/\bfill-in\b/g)?.length ?? 0;
      if (flags.json === true) printJson(io, { ok: true, dir, blanks });
      else {
        void io.out(
          `Wrote ${dir}. Replace each of the ${blanks} \`fill-in\` in golive.yaml by what is yours, then run:\n` +
            `  golive config check ${dir}\nRun Golive with it: GOLIVE_CONFIG=${dir}\n`,
        );
      }
    });
};

async function assertEmpty(dir: string): Promise<void> {
  try {
    await mkdir(dir, { recursive: true });
    if ((await readdir(dir)).length === 0) return;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    throw new CliError(`${dir} can't be written (${code}), so nothing was. Name a new directory.`);
  }
  throw new CliError(`${dir} is not empty, so nothing was written. Name a new directory.`);
}

/** The demo's people, channels, judge, questions and examples must not become somebody's by accident: `config check` refuses each until it is filled. */
function blankIds(yaml: string): string {
  return yaml
    .replaceAll(/\b[UCS]0[A-Z]+\b/g, "fill-in")
    .replaceAll(/\b(judge_model|file|few_shot_pool|candidates): (?:sandbox\.|\.\.\/sandbox\/)[^\s}]+/g, "$1: fill-in")
    .replaceAll(/(\[(?:fill-in(?:, )?)+\]) #.*$/gm, "$1")
    .replace(
      /^# These are the values the demo runs with.*$/m,
      "# Check it with `golive config check`, which names every blank that is left.",
    );
}
