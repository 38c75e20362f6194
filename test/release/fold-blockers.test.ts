import { expect, it } from "vitest";
import { foldBlockers } from "#src/release/fold-blockers";

const away = "could not run. The RAG service at http://rag does not answer";
const error = (id: string, why = away) => ({ kind: "check-error", id, text: `${id}: ${why}` });

it("one cause is said once, with everything it keeps from running before it; the rest stays as it is", () => {
  const fail = { kind: "check-fail", id: "backup", text: `backup: ${away}` };
  const other = error("models", "could not run. Throttled");
  expect(foldBlockers([error("config-hash"), fail, error("determinism"), other, error("prompt-audit")])).toEqual([
    { kind: "check-error", id: "config-hash", text: `config-hash, determinism, prompt-audit: ${away}` },
    fail,
    other,
  ]);
  expect(foldBlockers([])).toEqual([]);
});
