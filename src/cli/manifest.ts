import type { Command } from "commander";
import { diffCommand } from "#src/cli/manifest-diff";
import { generateManifest, showManifest } from "#src/cli/manifest-document";
import type { Register } from "#src/cli/register";

export const registerManifest: Register = (program, io, finish) => {
  const manifest = program.command("manifest").description("the run manifest: everything that can change an answer");
  const common = (command: Command): Command =>
    command.option("--service <id>", "which service (default: the only one)");
  const document = (command: Command): Command =>
    common(command)
      .option("--format <format>", "yaml or json", "yaml")
      .option("--json", "the same as --format json")
      .option("--out <file>", "write it there instead of printing it");

  document(manifest.command("generate"))
    .description("collect the manifest of a candidate now, keep it, and print it")
    .option("--run <run>", "ingestion run (default: the newest complete one)")
    .option("--config <version>", "configuration version (default: the active one)")
    .action(async (flags) => finish(await generateManifest(io, flags)));
  document(manifest.command("show [manifest]"))
    .description(
      "print a kept manifest (default: the open or last release's), with who froze it and what the checks said",
    )
    .action(async (reference: string | undefined, flags) => finish(await showManifest(io, flags, reference)));
  common(manifest.command("diff <a> <b>"))
    .description("what differs between two manifests, and which checks and sign-offs that touches")
    .option("--exit-code", "exit 1 when they differ")
    .option("--json", "one JSON document on stdout")
    .action(async (a: string, b: string, flags) => finish(await diffCommand(io, flags, a, b)));
};
