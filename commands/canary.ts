import { readCommandText } from "#commands/command-text";

/** The honest answer to `/canary`: there is no canary to watch yet. */
export function answerCanary(text: string): string {
  const read = readCommandText(text);
  if (!read.ok) return read.problem;
  return [
    "`/canary` can't watch anything yet: Golive collects no traffic, compares no KPIs and raises no alert after a cutover.",
    "Until it does, nobody watches a release that went live unless people do: look at your own dashboards.",
    "What a release stands at, and what answers now: `/golive status`.",
  ].join("\n");
}
