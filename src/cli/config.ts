import { configCheck } from "#src/cli/config-check";
import type { Register } from "#src/cli/register";
import { configDirectory } from "#src/cli/surroundings";

export const registerConfig: Register = (program, io, finish) => {
  const config = program.command("config").description("the configuration directory");
  config
    .command("check [dir]")
    .description("read every file, report all problems together (default: $GOLIVE_CONFIG, else configs)")
    .option("--json", "one JSON document on stdout")
    .action(async (dir: string | undefined, flags: { json?: boolean }) => {
      finish(await configCheck(dir ?? configDirectory(io), (text) => void io.out(text), { json: flags.json === true }));
    });
};
