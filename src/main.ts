#!/usr/bin/env node
import { once } from "node:events";
import { runCommandLine } from "#src/cli/program";

// `golive audit export | head`: a reader that leaves early is no fault of ours.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

// Nor one that dies while the bot still has something to log: what is under way is brought to its end.
process.stderr.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

// The only place that reads the process: everything below gets what it needs as arguments.
process.exitCode = await runCommandLine(process.argv.slice(2), {
  out: async (text) => {
    if (!process.stdout.write(text)) await once(process.stdout, "drain");
  },
  err: (text) => void process.stderr.write(text),
  env: process.env,
  terminal: process.stderr.isTTY ? process.stderr : null,
  stopSignal: () =>
    new Promise((resolve) => {
      process.once("SIGINT", () => resolve("SIGINT"));
      process.once("SIGTERM", () => resolve("SIGTERM"));
    }),
  inputClosed: () =>
    new Promise((resolve) => {
      process.stdin.once("close", resolve).once("end", resolve).once("error", resolve).resume();
      // An open pipe alone keeps nothing alive. A file has no `unref`, and ends by itself.
      if ("unref" in process.stdin) process.stdin.unref();
    }),
});
