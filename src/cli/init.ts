import { cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CliError } from "#src/cli/io";
import type { Register } from "#src/cli/program";

const SHIPPED = fileURLToPath(new URL("../../configs/", import.meta.url));

export const registerInit: Register = (program, io) => {
  program
    .command("init <dir>")
    .description("write a configuration directory of your own to fill in")
    .action(async (dir: string) => {
      await mkdir(dir, { recursive: true });
      if ((await readdir(dir)).length > 0)
        throw new CliError(`${dir} is not empty; nothing was written. Name a new directory.`);
      await cp(SHIPPED, dir, { recursive: true });
      const golive = join(dir, "golive.yaml");
      await writeFile(golive, blankIds(await readFile(golive, "utf8")));
      io.out(
        `Wrote ${dir}. Replace each \`fill-in\` in golive.yaml by your Slack ids, then run: golive config check ${dir}\n` +
          `Run Golive with it: GOLIVE_CONFIG=${dir}\n`,
      );
    });
};

/** The demo's people and channels must not become somebody's by accident: `config check` refuses each until it is filled. */
function blankIds(yaml: string): string {
  return yaml.replaceAll(/\b[UCS]0[A-Z]+\b/g, "fill-in").replaceAll(/(\[(?:fill-in(?:, )?)+\]) #.*$/gm, "$1");
}
