import type { Command } from "commander";
import { CliError, EXIT, printJson } from "#src/cli/io";
import { withCore } from "#src/cli/open-core";
import type { Register } from "#src/cli/register";
import { writeWhole } from "#src/cli/write-whole";
import { nearest } from "#src/release/nearest";

type Flags = { readonly service?: string; readonly json?: boolean; readonly format?: string; readonly out?: string };

export const registerIncident: Register = (program, io, finish) => {
  const incident = program
    .command("incident")
    .description("the documents about rollbacks: timeline, people, evidence, actions");
  const common = (command: Command): Command =>
    command.option("--service <id>", "which service (default: the only one)");

  common(incident.command("list"))
    .description("every incident of a service, newest first")
    .option("--json", "one JSON document on stdout")
    .action(async (flags: Flags) => {
      await withCore(io, { service: flags.service }, async ({ core, service }) => {
        const all = await core.incidents.list(service.id);
        const time = (at: number): string => new Date(at).toISOString().slice(0, 16).replace("T", " ");
        if (flags.json === true) {
          const incidents = all.map(({ id, rollback, number, title, openedAt }) => ({
            id,
            rollback,
            number,
            title,
            opened_at: new Date(openedAt).toISOString(),
          }));
          return printJson(io, { ok: true, service: service.id, incidents });
        }
        const lines = all.map(({ id, title, openedAt }) => `${id}  ${time(openedAt)} UTC  ${title}`);
        void io.out(lines.length === 0 ? "No rollback of this service has a document.\n" : `${lines.join("\n")}\n`);
      });
      finish(EXIT.pass);
    });

  common(incident.command("show <id>"))
    .description("one incident, as Markdown or as a page")
    .option("--format <format>", "md or html", "md")
    .option("--out <file>", "write it there instead of printing it")
    .action(async (id: string, flags: Flags) => {
      const { format, out } = flags;
      if (format !== "md" && format !== "html") {
        throw new CliError(`--format takes md or html, not \`${format ?? ""}\`; nothing was done.`);
      }
      await withCore(io, { service: flags.service }, async ({ core, service }) => {
        const all = await core.incidents.list(service.id);
        const found = all.find((each) => each.id === id || each.rollback === id);
        if (found === undefined)
          throw new CliError(
            unknown(
              id,
              all.map((each) => each.id),
            ),
          );
        const text = format === "md" ? found.markdown : found.html;
        if (out === undefined) return void (await io.out(text));
        await writeWhole(out, "nothing was written", async (write) => write(text));
        io.err(`${found.id} is in ${out}.\n`);
      });
      finish(EXIT.pass);
    });
};

function unknown(id: string, known: readonly string[]): string {
  const meant = nearest(id, known);
  const hint = meant.length > 0 ? `Did you mean ${meant.join(" or ")}?` : "`golive incident list` shows all.";
  return `There is no incident \`${id}\` of this service; nothing was done. ${hint}`;
}
