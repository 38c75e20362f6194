#!/usr/bin/env node
import { runCommandLine } from "#src/cli/program";

// The only place that reads the process: everything below gets what it needs as arguments.
process.exitCode = await runCommandLine(process.argv.slice(2), {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  env: process.env,
  isTty: process.stderr.isTTY === true,
  stopSignal: () =>
    new Promise((resolve) => {
      process.once("SIGINT", () => resolve("SIGINT"));
      process.once("SIGTERM", () => resolve("SIGTERM"));
    }),
});
