import { availableParallelism, cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { BENCHES } from "./catalogue.ts";
import { isHeld, type Line, tableOf } from "./line.ts";

const USAGE = `npm run bench -- [--json] [NAME …]

  Measures Golive against something that does as little as possible, on this machine, in one run.
  Without names: all of ${Object.keys(BENCHES).join(", ")}.
  Exit 0 when every limit is held, 1 when one isn't, 2 for a wrong command line, 3 when a bench could not run.`;

async function main(words: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...words],
    allowPositionals: true,
    options: { json: { type: "boolean", default: false }, help: { type: "boolean", default: false } },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const unknown = positionals.filter((name) => !Object.hasOwn(BENCHES, name));
  if (unknown.length > 0) throw new Error(`There is no bench called ${unknown.join(", ")}.`);
  const lines: Line[] = [];
  let failed = false;
  for (const [name, bench] of Object.entries(BENCHES)) {
    if (positionals.length > 0 && !positionals.includes(name)) continue;
    try {
      lines.push(...(await bench((line) => console.error(`… ${line}`))));
    } catch (error) {
      failed = true;
      console.error(`The bench ${name} could not run:`, error);
    }
  }
  const machine = {
    cores: availableParallelism(),
    model: cpus()[0]?.model ?? "unknown",
    load: loadavg().map((value) => Math.round(value * 10) / 10),
    node: process.version,
    at: new Date().toISOString(),
  };
  const held = lines.every((line) => isHeld(line) !== false);
  if (values.json) {
    const rows = lines.map((line) => ({ ...line, held: isHeld(line) }));
    console.log(JSON.stringify({ machine, held: held && !failed, lines: rows }, null, 2));
  } else {
    const { at, cores, model, node, load } = machine;
    console.log(`${at} · ${cores} cores (${model}) · Node ${node} · load average ${load.join(", ")} · milliseconds\n`);
    console.log(tableOf(lines));
  }
  return failed ? 3 : held ? 0 : 1;
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
    process.exitCode = 2;
  },
);
