import { configCheck } from "#src/cli/config-check";
import type { Register } from "#src/cli/program";

export const registerConfig: Register = (program, io, finish) => {
  const config = program.command("config").description("the configuration directory");
  config
    .command("check [dir]")
    .description("read every file, report all problems together")
    .action(async (dir?: string) => {
      finish(await configCheck(dir ?? io.env.GOLIVE_CONFIG ?? "configs", io.out));
    });
};
