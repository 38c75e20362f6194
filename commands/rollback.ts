import { readCommandText } from "#commands/command-text";

/** The honest answer to `/rollback`: nothing is rolled back by it yet. */
export function answerRollback(text: string): string {
  const read = readCommandText(text);
  if (!read.ok) return read.problem;
  return [
    "`/rollback` can't go back yet: *nothing was changed*, and what answers now keeps answering.",
    "To go back today, start a go-live of the earlier run: `/golive start <service> <run>`. It is checked and signed like any other.",
    "If this can't wait, let your on-call engineer set the pointer in the RAG store by hand; the next go-live notices that it moved.",
  ].join("\n");
}
